import { freePlace, isInked, usualPlace, within } from "./features/document/geometry";
import { collision, emptyFields, named, spot } from "./features/document/taken";
import { View } from "./features/document/view.svelte";
import type { Keys } from "./features/keys/keys.svelte";
import { Looks } from "./features/signing/looks.svelte";
import { next, start, type Event, type Flow } from "./features/signing/state";
import type { Backend } from "./ipc/backend";
import { Attempts } from "./ipc/attempt.svelte";
import { failure, type Failure } from "./ipc/error";
import type { Certification } from "./ipc/generated/Certification";
import type { Comparison } from "./ipc/generated/Comparison";
import type { Level } from "./ipc/generated/Level";
import type { OpenedDocument } from "./ipc/generated/OpenedDocument";
import type { OutputChoice } from "./ipc/generated/OutputChoice";
import type { Placement } from "./ipc/generated/Placement";
import type { Rect } from "./ipc/generated/Rect";
import type { RevisionReport } from "./ipc/generated/RevisionReport";
import type { SigningProgress } from "./ipc/generated/SigningProgress";
import { spoken } from "./text";

/** Steps of placing that can be undone. */
const REMEMBERED = 100;

const INVISIBLE = { kind: "invisible" } as const;

/** A document that wants a password. */
export interface Locked {
  id: string;
  name: string;
  /** Whether it is open, and the owner's password is to permit more. */
  owner: boolean;
  failure: Failure | null;
  busy: boolean;
}

/** An earlier version of the open document, which can be looked at and nothing else. */
export interface Version {
  document: OpenedDocument;
  revision: RevisionReport;
  /** What it is, in words. */
  title: string;
}

/** What lies on the desk: one document, where its signature goes, and what became of it. */
export class Desk {
  readonly #backend: Backend;
  readonly #keys: Keys;
  readonly view: View;
  readonly attempts = new Attempts();
  readonly looks: Looks;
  flow = $state.raw<Flow>(start);
  reason = $state("");
  location = $state("");
  /** What may be done to the document afterwards, if this signature certifies it. */
  certification = $state<Certification | null>(null);
  /** How long the signature can be proven; `null` for what the organisation has set. */
  level = $state<Level | null>(null);
  /** Whether authorities are being asked for what the signature takes. */
  gathering = $state(false);
  output = $state.raw<OutputChoice | null>(null);
  /** Handed over while a signature was under way. */
  waiting = $state.raw<OpenedDocument | null>(null);
  /** A file that wants its password. */
  locked = $state.raw<Locked | null>(null);
  /** What is shown instead of the document, for as long as somebody looks. */
  version = $state.raw<Version | null>(null);
  /** Where the document looks different from an earlier version, once somebody asked. */
  comparison = $state.raw<{ index: number; found: Comparison } | null>(null);
  /** A file that was not opened, and why. */
  refused = $state.raw<{ name: string; failure: Failure } | null>(null);
  /** Whether the appearance could be drawn in its box. */
  ghostDrawn = $state(true);
  /** When each step of the signature under way began, in ms. */
  times = $state.raw<Partial<Record<SigningProgress["step"] | "end", number>>>({});
  #before = $state.raw<(Placement | null)[]>([]);
  #gesture: symbol | null = null;

  readonly document = $derived("document" in this.flow ? this.flow.document : null);
  readonly place = $derived("place" in this.flow ? this.flow.place : null);
  readonly spot = $derived(this.document ? spot(this.place, this.document.fields) : null);
  /** The field that the drawn box lies over. */
  readonly collision = $derived(this.document ? collision(this.place, this.document.fields) : null);
  readonly placing = $derived(this.flow.state === "placing" || this.flow.state === "ready");
  readonly empty = $derived(this.document ? emptyFields(this.document) : []);

  constructor(backend: Backend, keys: Keys) {
    this.#backend = backend;
    this.#keys = keys;
    this.looks = new Looks(backend);
    this.view = new View((document, first, count) => backend.pageSizes(document, first, count));
  }

  get undoable(): boolean {
    return this.placing && this.#before.length > 0;
  }

  send(event: Event): void {
    this.flow = next(this.flow, event);
  }

  /** Listens, and shows what is open already. */
  async begin(): Promise<void> {
    // Listening comes before asking: what is handed over in between must not be missed.
    await this.#backend.onOpened((opened) => void this.show(opened));
    await this.#backend.onLocked(({ id, name }) => this.#ask({ id, name, owner: false }));
    await this.#backend.onRefused((name, why) => (this.refused = { name, failure: why }));
    await this.#backend.onProgress(({ requestId, step }) => this.#progressed(requestId, step));
    void this.looks.refresh();
    const open = (await this.attempts.run(this.#backend.openedDocuments())) ?? [];
    const last = open.at(-1);
    if (last) await this.show(last);
  }

  /** The window is gone. */
  end(): void {
    this.view.end();
  }

  async show(opened: OpenedDocument): Promise<void> {
    if (this.flow.state === "signing") {
      this.waiting = opened;
      return;
    }
    const before = this.document?.id;
    if (this.locked) this.leaveLocked();
    this.#dropVersion();
    this.waiting = null;
    this.refused = null;
    this.output = null;
    this.attempts.failure = null;
    this.#forget();
    this.send({ type: "opened", document: opened });
    this.view.open(opened);
    this.suggest();
    this.#look();
    if (before && before !== opened.id) void this.#backend.closeDocument(before).catch(() => {});
    await this.#validate();
  }

  async open(): Promise<void> {
    if (this.flow.state === "signing") return;
    const chosen = await this.attempts.run(this.#backend.chooseDocument());
    if (chosen) await this.show(chosen);
  }

  /** Tries a password on the file that wants one. */
  async unlock(password: string): Promise<void> {
    const asked = this.locked;
    if (!asked || asked.busy) return;
    this.locked = { ...asked, failure: null, busy: true };
    try {
      const opened = await this.#backend.unlockDocument({ document: asked.id, password });
      // Somebody left meanwhile.
      if (this.locked?.id !== asked.id) {
        if (!asked.owner) void this.#backend.closeDocument(opened.id).catch(() => {});
        return;
      }
      this.locked = null;
      await this.show(opened);
    } catch (thrown) {
      if (this.locked?.id !== asked.id) return;
      this.locked = { ...asked, failure: failure(thrown), busy: false };
    }
  }

  /** Asks for the password by which the open document permits more. */
  askOwner(): void {
    const { document } = this;
    if (document) this.#ask({ id: document.id, name: document.name, owner: true });
  }

  /** Lets the file be that wants a password. */
  leaveLocked(): void {
    const left = this.locked;
    this.locked = null;
    if (left && !left.owner) void this.#backend.closeDocument(left.id).catch(() => {});
  }

  #ask(asked: Pick<Locked, "id" | "name" | "owner">): void {
    this.leaveLocked();
    this.refused = null;
    this.locked = { ...asked, failure: null, busy: false };
  }

  close(): void {
    if (this.locked) {
      this.leaveLocked();
      return;
    }
    const open = this.document?.id;
    if (!open || this.flow.state === "signing") return;
    this.#dropVersion();
    this.send({ type: "closed" });
    this.view.open(null);
    this.#forget();
    void this.#backend.closeDocument(open).catch(() => {});
    if (this.waiting) void this.show(this.waiting);
  }

  /** Puts the signature somewhere. Changes of one gesture are undone together. */
  put(place: Placement | null, gesture: symbol | null = null): void {
    if (!this.placing) return;
    if (gesture === null || gesture !== this.#gesture) {
      this.#before = [...this.#before, this.place].slice(-REMEMBERED);
    }
    this.#gesture = gesture;
    this.ghostDrawn = true;
    this.send({ type: "placed", place });
  }

  box(page: number, rect: Rect, gesture: symbol | null = null): void {
    this.put({ kind: "box", page, rect }, gesture);
  }

  /** Where it goes if nobody says: on bare paper at the right of the page one is on, far down. */
  async placeForMe(): Promise<void> {
    const { document, place } = this;
    if (!document) return;
    const page = this.view.current;
    // A page that cannot be looked at may still be signed.
    const ink = await this.#backend.pageInk(document.id, page).catch(() => null);
    // Somebody went on meanwhile.
    if (document !== this.document || place !== this.place) return;
    const size = this.view.size(page);
    const taken = (rect: Rect): boolean =>
      collision({ kind: "box", page, rect }, document.fields) !== null;
    const bare = (rect: Rect): boolean => ink === null || !isInked(ink, size, rect);
    const rect =
      freePlace(size, (at) => taken(at) || !bare(at)) ?? freePlace(size, taken) ?? usualPlace(size);
    this.box(page, rect);
    this.#look();
  }

  /** Chooses a field, and brings it into view. */
  field(name: string): void {
    this.put({ kind: "field", name });
    this.#look();
  }

  /** Chooses the one of several fields that is named like the person. */
  suggest(): void {
    if (this.flow.state !== "placing" || this.#before.length > 0) return;
    const name = this.#keys.name;
    const field = named(this.empty, name);
    // A new box would be a change to what its author certified.
    const certified = this.document?.findings.some(({ code }) => code === "certified") ?? false;
    if (!field && !(certified && this.empty.length === 0)) return;
    const place = field ? ({ kind: "field", name: field.name } as const) : INVISIBLE;
    this.send({ type: "placed", place });
    this.#look();
  }

  /** The next field that waits for a signature, or the one before. */
  nextField(step: 1 | -1): void {
    if (this.empty.length === 0) return;
    const at = this.empty.findIndex(
      ({ name }) => this.place?.kind === "field" && this.place.name === name,
    );
    const to = at < 0 ? (step > 0 ? 0 : -1) : (at + step) % this.empty.length;
    const field = this.empty.at(to);
    if (field) this.field(field.name);
  }

  /** Carries the box to another page. */
  carry(pages: number): void {
    if (this.place?.kind !== "box") return;
    const page = this.place.page + pages;
    if (page < 1 || page > this.view.pages) return;
    this.box(page, within(this.place.rect, this.view.size(page)));
    this.#look();
  }

  /** Moves the box by its numbers, on the page where it lies. */
  measure(side: keyof Rect, points: number): void {
    if (this.place?.kind !== "box") return;
    const { page, rect } = this.place;
    this.box(page, within({ ...rect, [side]: points }, this.view.size(page)));
  }

  undo(): void {
    if (!this.undoable) return;
    const place = this.#before.at(-1) ?? null;
    this.#before = this.#before.slice(0, -1);
    this.#gesture = null;
    this.ghostDrawn = true;
    this.send({ type: "placed", place });
    this.#look();
  }

  /** What both requests about a signature say. */
  #terms(document: OpenedDocument, place: Placement) {
    const { login, certificate } = this.#keys;
    return {
      document: document.id,
      login: certificate === null ? login : "",
      card: certificate,
      placement: place,
      certification: document.signatures === 0 ? this.certification : null,
      look: this.looks.chosen || null,
      ...(this.level === null ? {} : { level: this.level }),
    };
  }

  /**
   * Has what the signature takes gathered, while its secret is in its field: whether it may be
   * taken from there.
   */
  async gather(): Promise<boolean> {
    if (this.flow.state !== "ready" || this.gathering) return false;
    const { document, place } = this.flow;
    this.gathering = true;
    try {
      await this.#backend.gatherEvidence(this.#terms(document, place));
      return this.flow.state === "ready" && this.flow.document.id === document.id;
    } catch (thrown) {
      this.send({ type: "failed", failure: failure(thrown) });
      return false;
    } finally {
      this.gathering = false;
    }
  }

  async sign(secret: string): Promise<void> {
    if (this.flow.state !== "ready") return;
    const { document, place } = this.flow;
    const { login, certificate } = this.#keys;
    const terms = this.#terms(document, place);
    const request = crypto.randomUUID();
    this.times = { reading: performance.now() };
    this.send({ type: "submitted", request });
    try {
      const signed = await this.#backend.signDocument({
        ...terms,
        requestId: request,
        secret,
        reason: this.reason || null,
        location: this.location || null,
      });
      if (certificate === null) this.#keys.remember(login);
      this.looks.remember();
      this.send({ type: "signed", signed });
      if (signed.document.id !== document.id) {
        void this.#backend.closeDocument(document.id).catch(() => {});
      }
      this.output = null;
      this.#forget();
      this.#stay(signed.document);
    } catch (thrown) {
      this.send({ type: "failed", failure: failure(thrown) });
    }
    await this.#keys.refresh();
    if (certificate !== null) await this.#keys.refreshCards();
  }

  /** Stops the signature under way, if it is not too late. */
  async cancel(): Promise<void> {
    if (this.flow.state !== "signing" || this.flow.cancel !== "no") return;
    const { request } = this.flow;
    this.send({ type: "cancel", cancel: "asked" });
    const stopped = await this.#backend.cancelSigning(request).catch(() => false);
    if (!stopped) this.send({ type: "cancel", cancel: "late" });
  }

  async chooseOutput(): Promise<void> {
    const open = this.document;
    if (!open) return;
    const chosen = await this.attempts.run(this.#backend.chooseOutput(open.id));
    if (chosen && this.document?.id === open.id) {
      this.output = chosen;
      // Another name answers what was wrong with the one before.
      if (this.flow.state === "ready") this.flow = { ...this.flow, failure: null };
    }
  }

  async showInFolder(): Promise<void> {
    if (this.document) await this.attempts.run(this.#backend.showInFolder(this.document.id));
  }

  /** Whether the path is on the clipboard now. */
  async copyPath(): Promise<boolean> {
    if (!this.document) return false;
    await this.attempts.run(this.#backend.copyPath(this.document.id));
    return this.attempts.failure === null;
  }

  signToo(): void {
    this.leaveVersion();
    this.#forget();
    this.send({ type: "sign-too" });
    this.#look();
  }

  /** Judges the signatures of the open document, read from disk now. */
  async verify(): Promise<void> {
    this.leaveVersion();
    this.send({ type: "read" });
    await this.#validate();
  }

  /** Judges what is shown anew, where whom one trusts has changed. */
  async judgeAgain(): Promise<void> {
    await this.#validate();
  }

  /** Shows the document as it was at the end of a revision. */
  async viewVersion(revision: RevisionReport, title: string): Promise<void> {
    const open = this.document;
    if (!open) return;
    const opened = await this.attempts.run(this.#backend.openRevision(open.id, revision.bytes));
    if (!opened) return;
    // Somebody went on meanwhile.
    if (this.document !== open || this.flow.state === "signing") {
      void this.#backend.closeDocument(opened.id).catch(() => {});
      return;
    }
    this.#dropVersion();
    this.version = { document: opened, revision, title };
    this.#showPages(opened);
  }

  /** Shows the document as it is now. */
  leaveVersion(): void {
    this.comparison = null;
    if (!this.version || !this.document) return;
    this.#dropVersion();
    this.#showPages(this.document);
  }

  /** Compares all pages of a revision with the document as it is, and shows the first difference. */
  async compareVersion({ index }: RevisionReport): Promise<void> {
    const open = this.document;
    if (!open) return;
    this.comparison = null;
    const found = await this.attempts.run(this.#backend.compareRevision(open.id, index));
    // Somebody went on meanwhile.
    if (!found || this.document !== open) return;
    this.leaveVersion();
    this.comparison = { index, found };
    const [page] = found.pages;
    const place = page?.places[0];
    if (page && place) this.view.show(page.page, place);
  }

  /** Writes the document as it was to where the person says; `null` if they thought better of it. */
  async saveVersion(revision: RevisionReport): Promise<OutputChoice | null | undefined> {
    const open = this.document;
    if (!open) return null;
    const { bytes, index } = revision;
    return await this.attempts.run(this.#backend.saveRevision(open.id, bytes, index));
  }

  /** Writes a report to where the person says; `null` if they thought better of it. */
  async saveReport(form: "html" | "json"): Promise<OutputChoice | null | undefined> {
    const open = this.document;
    if (!open) return null;
    return await this.attempts.run(this.#backend.saveReport(open.id, form, spoken));
  }

  #dropVersion(): void {
    this.comparison = null;
    const left = this.version;
    this.version = null;
    if (left) void this.#backend.closeDocument(left.document.id).catch(() => {});
  }

  /** Shows the pages of another version where the reader was. */
  #showPages(document: OpenedDocument): void {
    const { current } = this.view;
    const zoom = this.view.by === "factor" ? this.view.zoom : null;
    this.view.open(document);
    if (zoom !== null) this.view.setZoom(zoom);
    this.view.goTo(Math.min(current, document.pages));
  }

  async #validate(): Promise<void> {
    if (this.flow.state !== "reading" && this.flow.state !== "signed") return;
    const { id } = this.flow.document;
    const validation = await this.attempts.run(this.#backend.validateDocument(id));
    if (validation) this.send({ type: "validated", document: id, validation });
  }

  #progressed(request: string, step: SigningProgress["step"]): void {
    const before = this.flow;
    this.send({ type: "progressed", request, step });
    if (this.flow !== before) this.times = { ...this.times, [step]: performance.now() };
  }

  /** Brings where the signature goes into view. */
  #look(): void {
    if (this.spot) this.view.show(this.spot.page, this.spot.rect);
  }

  /** Shows the signed file where the reader was, with the new signature in view. */
  #stay(document: OpenedDocument): void {
    this.#showPages(document);
    if (this.flow.state !== "signed") return;
    const made = this.flow.validation.signatures.at(-1);
    if (made?.page && made.rect) this.view.show(made.page, made.rect);
  }

  #forget(): void {
    this.#before = [];
    this.#gesture = null;
    this.ghostDrawn = true;
  }
}
