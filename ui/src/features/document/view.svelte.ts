import type { OpenedDocument } from "../../ipc/generated/OpenedDocument";
import type { PageSize } from "../../ipc/generated/PageSize";
import type { Rect } from "../../ipc/generated/Rect";
import { CHUNK, Column, fitting, GAP, Scroll, Sizes } from "./layout";

/** Pixels a point at 100 %. */
export const ACTUAL = 96 / 72;
/** Zoom stays where a page can still be seen and drawn. */
const [LEAST, MOST] = [0.1, 8];
/** Screens above and below that are kept ready. */
const SPARE = 0.75;
/** How long a page must stay before its picture is asked for, in ms: flying past asks for none. */
const SETTLED = 90;

export type Zoom = { by: "page" | "width" } | { by: "factor"; factor: number };
type AskSizes = (document: string, first: number, count: number) => Promise<PageSize[]>;

/** What of a document is shown, and how large. */
export class View {
  readonly #ask: AskSizes;
  #sizes = $state.raw(new Sizes(0, { width: 595, height: 842 }));
  /** Counts what was learnt of sizes, so that the column is laid out anew. */
  #learnt = $state(0);
  /** The chunks of sizes that were asked for, by their first page. */
  #asked: number[] = [];
  #document: string | null = null;
  /** The page that is fitted. */
  #fitted = $state.raw<PageSize>({ width: 595, height: 842 });
  #zoom = $state.raw<Zoom>({ by: "page" });
  #view = $state.raw({ width: 800, height: 700 });
  #top = $state(0);
  #position = $state(0);
  #current = $state(1);
  #drawn = $state.raw<[number, number]>([1, 1]);
  #later: ReturnType<typeof setTimeout> | undefined;

  readonly scale = $derived.by(() => {
    const wanted =
      this.#zoom.by === "factor"
        ? this.#zoom.factor * ACTUAL
        : fitting(this.#fitted, this.#view, this.#zoom.by);
    return Math.min(Math.max(wanted, LEAST * ACTUAL), MOST * ACTUAL);
  });
  readonly column = $derived.by(() => {
    void this.#learnt;
    return new Column(this.#sizes, this.scale);
  });
  readonly #scroll = $derived(new Scroll(this.column.height, this.#view.height));
  /** First and last page that stand ready. */
  readonly window = $derived.by<[number, number]>(() => {
    if (this.#sizes.pages === 0) return [1, 0];
    const spare = this.#view.height * SPARE;
    return this.column.between(this.#top - spare, this.#top + this.#view.height + spare);
  });

  constructor(ask: AskSizes) {
    this.#ask = ask;
  }

  get pages(): number {
    return this.#sizes.pages;
  }
  /** The page one is on. */
  get current(): number {
    return this.#current;
  }
  get zoom(): number {
    return this.scale / ACTUAL;
  }
  get by(): Zoom["by"] {
    return this.#zoom.by;
  }
  /** First and last page whose pictures are shown. */
  get drawn(): [number, number] {
    return this.#drawn;
  }
  /** How tall and wide the scrolled element is. */
  get laid(): { width: number; height: number } {
    return { width: Math.max(this.column.width, this.#view.width), height: this.#scroll.laid };
  }
  /** The scroll position the element must have. */
  get position(): number {
    return this.#position;
  }

  size(page: number): PageSize {
    void this.#learnt;
    return this.#sizes.of(page);
  }

  /** Where a page lies in the scrolled element. */
  place(page: number): { left: number; top: number } {
    const left = (this.laid.width - this.size(page).width * this.scale) / 2;
    return { left, top: this.column.top(page) - this.#top + this.#position };
  }

  open(document: OpenedDocument | null): void {
    this.#document = document?.id ?? null;
    const first = document?.firstPage ?? { width: 595, height: 842 };
    this.#sizes = new Sizes(document?.pages ?? 0, first);
    this.#asked = [];
    this.#fitted = first;
    this.#zoom = { by: "page" };
    this.#current = 1;
    this.#go(0);
    this.#settle(true);
  }

  /** Nobody looks any more. */
  end(): void {
    clearTimeout(this.#later);
    this.#document = null;
  }

  resize(width: number, height: number): void {
    if (width === this.#view.width && height === this.#view.height) return;
    this.#keep(0, () => (this.#view = { width, height }));
  }

  /** Fits the page one is on. */
  fit(by: "page" | "width"): void {
    const page = this.#current;
    this.#fitted = this.size(page);
    this.#keep(0, () => (this.#zoom = { by }));
    if (by === "page") this.goTo(page);
  }

  /** Sets the zoom; what lies `at` so many pixels below the view's top stays there. */
  setZoom(factor: number, at = this.#view.height / 2): void {
    const bounded = Math.min(Math.max(factor, LEAST), MOST);
    this.#keep(at, () => (this.#zoom = { by: "factor", factor: bounded }));
  }

  /** Goes to a page; what is no page of the document is not gone to. */
  goTo(page: number): boolean {
    if (!Number.isInteger(page) || page < 1 || page > this.pages) return false;
    this.#go(this.column.top(page) - GAP / 2);
    this.#current = page;
    this.#settle(false);
    return true;
  }

  /** Brings a box of a page into view, without more movement than that takes. */
  show(page: number, rect: Rect): void {
    const top =
      this.column.top(page) + (this.size(page).height - rect.y - rect.height) * this.scale;
    const bottom = top + rect.height * this.scale;
    const view = this.#view.height;
    if (top < this.#top + GAP || bottom > this.#top + view - GAP) {
      this.#go((top + bottom - view) / 2);
    }
    this.#current = page;
    this.#settle(false);
  }

  /** Scrolls by a part of what is seen. */
  turn(part: number): void {
    this.#go(this.#top + part * this.#view.height);
    this.#see();
  }

  /** Hears that the element was scrolled. */
  scrolled(position: number): void {
    // What we set ourselves comes back, rounded to the screen's pixels.
    if (Math.abs(position - this.#position) < 1) return;
    this.#top = this.#scroll.moved(this.#top, this.#position, position);
    this.#position = position;
    this.#see();
  }

  #see(): void {
    if (this.pages > 0) {
      this.#current = this.column.foremost(this.#top, this.#top + this.#view.height);
    }
    this.#settle(false);
  }

  #go(top: number): void {
    this.#top = this.#scroll.clamp(top);
    this.#position = this.#scroll.position(this.#top);
  }

  /** Changes the layout, and leaves what lies `at` pixels below the view's top where it is. */
  #keep(at: number, change: () => void): void {
    const before = this.column;
    const page = before.at(this.#top + at);
    const inside = this.#top + at - before.top(page);
    change();
    this.#go(this.column.top(page) + this.column.within(page, inside, before) - at);
    this.#settle(false);
  }

  #settle(now: boolean): void {
    clearTimeout(this.#later);
    const settle = (): void => {
      // The pointer's way across a tall column is made good while nobody moves it.
      this.#position = this.#scroll.position(this.#top);
      this.#drawn = this.window;
      void this.#learn();
    };
    if (now) settle();
    else this.#later = setTimeout(settle, SETTLED);
  }

  /** Asks for the sizes that are needed and not known. */
  async #learn(): Promise<void> {
    const [document, sizes] = [this.#document, this.#sizes];
    const first = sizes.unknown(...this.window);
    if (document === null || first === null || this.#asked.includes(first)) return;
    this.#asked.push(first);
    // What cannot be told is taken to be like the first page; its picture will say why.
    const told = await this.#ask(document, first, CHUNK).catch(() => []);
    if (this.#sizes !== sizes || this.#document !== document) return;
    // The page one is on stays where it is, whatever the sizes above it turn out to be.
    const inside = this.#top - this.column.top(this.#current);
    if (sizes.learn(first, told)) {
      this.#learnt += 1;
      this.#go(this.column.top(this.#current) + inside);
    }
    void this.#learn();
  }
}
