import { Attempts } from "../../ipc/attempt.svelte";
import type { Backend } from "../../ipc/backend";
import type { TrustedIssuer } from "../../ipc/generated/TrustedIssuer";
import type { TrustOffer } from "../../ipc/generated/TrustOffer";
import { spoken } from "../../text";

/** Whom the person at this computer trusts, and whom a signature would have them trust. */
export class Trusting {
  readonly #backend: Backend;
  readonly #document: string;
  /** Judges the document anew. */
  readonly #changed: () => Promise<void>;
  readonly attempts = new Attempts();
  issuers = $state.raw<TrustedIssuer[]>([]);

  constructor(backend: Backend, document: string, changed: () => Promise<void>) {
    this.#backend = backend;
    this.#document = document;
    this.#changed = changed;
  }

  async refresh(): Promise<void> {
    // Whoever cannot be told of is trusted by nobody; the verdict says so.
    this.issuers = await this.#backend.trustedIssuers().catch(() => []);
  }

  /** Whom the signature of a field names at the top; `null` if nobody. */
  async offer(field: string): Promise<TrustOffer | null | undefined> {
    return await this.attempts.run(this.#backend.trustOffer(this.#document, field));
  }

  /** Trusts whom the person has seen, and nobody else. */
  async trust(field: string, sha256: string): Promise<void> {
    const trusted = await this.attempts.run(
      this.#backend.trustIssuer(this.#document, field, sha256, spoken),
    );
    if (trusted) await this.#judgeAgain();
  }

  async forget(sha256: string): Promise<void> {
    await this.attempts.run(this.#backend.forgetIssuer(sha256));
    if (this.attempts.failure === null) await this.#judgeAgain();
  }

  async #judgeAgain(): Promise<void> {
    await this.refresh();
    await this.#changed();
  }
}
