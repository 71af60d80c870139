/**
 * Whether a one-time code is being made or shown that was not handed over yet.
 *
 * Such a code is kept nowhere, so a slip of the hand must not close it; the lock still does.
 */
export class Handover {
  /** A code is being made, or is on the screen unhanded. */
  pending = $state(false);
  /** Counts how often somebody wanted to go on: the panel then says what is in the way. */
  reminded = $state(0);

  /** Whether the panel must stay; if so, it says why. */
  blocks(): boolean {
    if (this.pending) this.reminded += 1;
    return this.pending;
  }
}
