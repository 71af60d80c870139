import type { Backend } from "../../ipc/backend";
import { failure, type Failure } from "../../ipc/error";
import type { Identity } from "../../ipc/generated/Identity";
import type { Status } from "../../ipc/generated/Status";
import { waiting } from "./validity";

/** Where the login that signed last is kept. A name proves nothing; the secret with it does. */
const REMEMBERED = "chancery.login";

/** Whose keys there are to sign with, and which of them is chosen. */
export class Keys {
  readonly #backend: Backend;
  /** Counts what is known: an answer that was asked for before something newer came is let be. */
  #known = 0;
  identities = $state.raw<Identity[]>([]);
  status = $state.raw<Status | null>(null);
  login = $state("");
  /** The login whose key was just activated, until its owner goes on. */
  activated = $state<string | null>(null);
  /** Why the list could not be had. */
  failure = $state.raw<Failure | null>(null);
  /** This machine's clock in Unix seconds; it ticks while somebody waits for it. */
  now = $state(Date.now() / 1000);

  readonly chosen = $derived(this.identities.find(({ login }) => login === this.login) ?? null);
  /** Seconds until the next try of the chosen key is judged. */
  readonly wait = $derived(this.chosen ? waiting(this.chosen, this.now) : 0);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Whether this machine is known to belong to no organisation. */
  get unfounded(): boolean {
    return this.status !== null && this.status.organisation === null;
  }

  choose(login: string): void {
    this.login = login;
  }

  remember(login: string): void {
    try {
      localStorage.setItem(REMEMBERED, login);
    } catch {
      // Without storage the first one is chosen next time.
    }
  }

  /** Asks anew whose keys there are and how the token is. */
  async refresh(): Promise<void> {
    await this.refreshIdentities();
    this.status = await this.#backend.status().catch(() => this.status);
  }

  async refreshIdentities(): Promise<void> {
    const asked = ++this.#known;
    try {
      const identities = await this.#backend.identities();
      if (asked !== this.#known) return;
      this.identities = identities;
      this.failure = null;
    } catch (thrown) {
      if (asked === this.#known) this.failure = failure(thrown);
      return;
    }
    this.now = Date.now() / 1000;
    if (this.chosen) return;
    const last = remembered();
    const one =
      this.identities.find(({ login }) => login === last) ??
      this.identities.find(({ status }) => status === "active") ??
      this.identities[0];
    this.login = one?.login ?? "";
  }

  /** Takes an identity that an answer brought. */
  replace(identity: Identity): void {
    this.#known++;
    this.identities = this.identities.map((one) => (one.login === identity.login ? identity : one));
  }

  /** Lets the clock tick; returns what stops it. */
  tick(): () => void {
    const timer = setInterval(() => (this.now = Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}
