import type { Backend } from "../../ipc/backend";
import type { LookEntry } from "../../ipc/generated/LookEntry";

/** Where the look of the last signature is remembered. */
const REMEMBERED = "chancery.look";

/** The looks that can be chosen, and the one that is. */
export class Looks {
  readonly #backend: Backend;
  all = $state.raw<LookEntry[]>([]);
  /** Its name; empty for the default, until it is known which there are. */
  chosen = $state("");

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks anew which there are; what was chosen and is gone gives way to the default. */
  async refresh(): Promise<void> {
    this.all = await this.#backend.looks().catch(() => this.all);
    const wanted = this.chosen || remembered();
    const look = this.all.find(({ name }) => name === wanted) ?? this.all[0];
    this.chosen = look?.name ?? "";
  }

  remember(): void {
    try {
      localStorage.setItem(REMEMBERED, this.chosen);
    } catch {
      // Without storage the default is chosen next time.
    }
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}
