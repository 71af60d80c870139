import type { Backend } from "../../ipc/backend";
import { failure, type Failure } from "../../ipc/error";
import type { CardCertificate } from "../../ipc/generated/CardCertificate";
import type { Cards } from "../../ipc/generated/Cards";
import type { CardToken } from "../../ipc/generated/CardToken";
import type { Identity } from "../../ipc/generated/Identity";
import type { Status } from "../../ipc/generated/Status";
import { waiting } from "./validity";

/** Where the login that signed last is kept. A name proves nothing; the secret with it does. */
const REMEMBERED = "chancery.login";

/** How long after an answer cards are looked for again, in ms. */
const AGAIN = 1500;

/** A certificate of a card that is in its reader. */
export interface OnCard {
  card: CardToken;
  certificate: CardCertificate;
}

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

  /** What cards there are; nothing is known until the first answer. */
  cards = $state.raw<Cards | null>(null);
  /** The certificate of a card that is chosen, whether the card is there or not. */
  certificate = $state<string | null>(null);

  readonly chosen = $derived(
    this.certificate === null
      ? (this.identities.find(({ login }) => login === this.login) ?? null)
      : null,
  );
  readonly onCards = $derived<OnCard[]>(
    (this.cards?.cards ?? []).flatMap((card) =>
      card.certificates.map((certificate) => ({ card, certificate })),
    ),
  );
  /** The chosen certificate, while its card is there. */
  readonly card = $derived(
    this.onCards.find(({ certificate }) => certificate.id === this.certificate) ?? null,
  );
  /** The name a signature would have. */
  readonly name = $derived(this.chosen?.name ?? this.card?.certificate.name ?? "");
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
    this.certificate = null;
  }

  chooseCard(certificate: string): void {
    this.certificate = certificate;
  }

  /** Looks for cards again and again; returns what stops it. */
  watchCards(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const look = async (): Promise<void> => {
      if (!document.hidden) await this.refreshCards();
      if (!over) timer = setTimeout(() => void look(), AGAIN);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }

  async refreshCards(): Promise<void> {
    // What is shown stays while nothing can be told.
    const cards = await this.#backend.cards().catch(() => null);
    if (cards) this.takeCards(cards);
  }

  async chooseDriver(): Promise<void> {
    const cards = await this.#backend.chooseCardModule().catch(() => null);
    if (cards) this.takeCards(cards);
  }

  takeCards(cards: Cards): void {
    if (this.cards === null || this.cards.change !== cards.change) this.cards = cards;
    // Where nobody's key is kept, the card that is there is who signs.
    if (this.certificate !== null || this.identities.length > 0) return;
    const preferred = this.onCards.find(({ certificate }) => certificate.preferred);
    this.certificate = preferred?.certificate.id ?? null;
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
