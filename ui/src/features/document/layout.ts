// Where every page of a long document lies in one column, and which of them can be seen.

import type { PageSize } from "../../ipc/generated/PageSize";

/** Most page sizes that are asked for at once. */
export const CHUNK = 512;
/** Between pages, and round them, in pixels. */
export const GAP = 16;
export const MARGIN = 24;
/**
 * The tallest element that is laid out: engines keep lengths as 32-bit numbers of 1/64 pixel, which
 * end at 33 million pixels. A taller document is scrolled in proportion.
 */
export const TALLEST = 16_000_000;

/** The sizes of a document's pages; one that is not known yet is taken to be like the first. */
export class Sizes {
  readonly #known = new Map<number, PageSize>();

  constructor(
    readonly pages: number,
    readonly first: PageSize,
  ) {
    this.#known.set(1, first);
  }

  /** The size of a page, counted from 1. */
  of(page: number): PageSize {
    return this.#known.get(page) ?? this.first;
  }

  /** Takes what was told of the pages from `first` on; says whether anything is new. */
  learn(first: number, sizes: PageSize[]): boolean {
    let fresh = false;
    sizes.forEach((size, index) => {
      const before = this.of(first + index);
      fresh ||= before.width !== size.width || before.height !== size.height;
      this.#known.set(first + index, size);
    });
    return fresh;
  }

  /** Where the first chunk starts that holds a page between the two which is not known. */
  unknown(from: number, to: number): number | null {
    for (let page = from; page <= to; page += 1) {
      if (!this.#known.has(page)) return page - ((page - 1) % CHUNK);
    }
    return null;
  }
}

/** A column of pages at one scale. Lengths are pixels from the column's top. */
export class Column {
  /** Where each page starts; one more than there are pages, for where the last one ends. */
  readonly #tops: Float64Array;
  readonly width: number;
  readonly height: number;

  constructor(
    readonly sizes: Sizes,
    readonly scale: number,
  ) {
    this.#tops = new Float64Array(sizes.pages + 1);
    let [top, widest] = [MARGIN, 0];
    for (let page = 1; page <= sizes.pages; page += 1) {
      this.#tops[page - 1] = top;
      const { width, height } = sizes.of(page);
      top += height * scale + GAP;
      widest = Math.max(widest, width * scale);
    }
    this.#tops[sizes.pages] = top;
    this.width = widest + 2 * MARGIN;
    this.height = top - GAP + MARGIN;
  }

  /** Where a page starts. */
  top(page: number): number {
    return this.#tops[page - 1] ?? 0;
  }

  /** Where it ends. */
  bottom(page: number): number {
    return (this.#tops[page] ?? 0) - GAP;
  }

  /** How far below a page's top that is which was so far below it in another column. */
  within(page: number, inside: number, before: Column): number {
    const [tall, now] = [before, this].map((one) => one.bottom(page) - one.top(page)) as [
      number,
      number,
    ];
    // Margins and gaps do not grow with the pages.
    if (inside < 0) return inside;
    return inside > tall ? now + (inside - tall) : (inside / tall) * now;
  }

  /** The page at a height, or the one above if it is a gap. */
  at(height: number): number {
    let [low, high] = [0, this.sizes.pages - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= height) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** First and last page that are at least partly between two heights. */
  between(from: number, to: number): [number, number] {
    const first = this.at(from);
    const seen = this.bottom(first) < from && first < this.sizes.pages ? first + 1 : first;
    return [seen, Math.max(seen, this.at(to))];
  }

  /** The page of which most can be seen, the first of several. */
  foremost(from: number, to: number): number {
    const [first, last] = this.between(from, to);
    let [best, most] = [first, -1];
    for (let page = first; page <= last; page += 1) {
      const seen = Math.min(this.bottom(page), to) - Math.max(this.top(page), from);
      if (seen > most + 0.5) [best, most] = [page, seen];
    }
    return best;
  }
}

/** How a column that is taller than can be laid out is scrolled. */
export class Scroll {
  /** How tall the scrolled element is. */
  readonly laid: number;
  readonly #most: number;
  readonly #laidMost: number;

  constructor(
    readonly height: number,
    readonly view: number,
    tallest = TALLEST,
  ) {
    this.laid = Math.min(height, tallest);
    this.#most = Math.max(height - view, 0);
    this.#laidMost = Math.max(this.laid - view, 0);
  }

  /** A height within what can be scrolled to. */
  clamp(top: number): number {
    return Math.min(Math.max(top, 0), this.#most);
  }

  /** The scroll position that stands for a height of the column. */
  position(top: number): number {
    if (this.laid === this.height) return this.clamp(top);
    return this.#most === 0 ? 0 : (this.clamp(top) / this.#most) * this.#laidMost;
  }

  /** The height after a scroll from `before` (at `top`) to `now`: near by steps, afar in proportion. */
  moved(top: number, before: number, now: number): number {
    if (this.laid === this.height) return this.clamp(now);
    if (now <= 0) return 0;
    if (now >= this.#laidMost - 1) return this.#most;
    const step = now - before;
    if (Math.abs(step) <= this.view) return this.clamp(top + step);
    return this.clamp((now / this.#laidMost) * this.#most);
  }
}

/** The scale (pixels a point) at which a page fits, by both sides or by its width alone. */
export function fitting(
  page: PageSize,
  view: { width: number; height: number },
  by: "page" | "width",
): number {
  const wide = (view.width - 2 * MARGIN) / page.width;
  return by === "width" ? wide : Math.min(wide, (view.height - 2 * MARGIN) / page.height);
}

/**
 * The longest side that is drawn (`pdf::render::picture`), and the most pixels: the renderer draws
 * more, but a few such pages would fill the window's memory. An A4 page is sharp up to 690 %.
 */
const [LONGEST, MOST] = [16_383, 24_000_000];

/** The scale a page is drawn at: the wanted one, or the largest that is drawn. */
export function drawable(page: PageSize, scale: number): number {
  const bounds = [LONGEST / page.width, LONGEST / page.height];
  return Math.min(scale, ...bounds, Math.sqrt(MOST / (page.width * page.height))) || 0.01;
}

/** Rows of one height, such as thumbnails: which of them can be seen, with some to spare. */
export function rows(
  top: number,
  view: number,
  height: number,
  count: number,
  spare: number,
): [number, number] {
  const first = Math.floor(top / height) - spare;
  const last = Math.floor((top + view) / height) + spare;
  return [Math.max(first, 0), Math.min(last, count - 1)];
}
