import { describe, expect, it } from "vitest";

import { CHUNK, Column, drawable, fitting, GAP, MARGIN, rows, Scroll, Sizes } from "./layout";

const a4 = { width: 595, height: 842 };
const wide = { width: 842, height: 595 };

describe("sizes of pages", () => {
  it("takes a page that is not known to be like the first", () => {
    const sizes = new Sizes(3, a4);
    expect(sizes.of(3)).toEqual(a4);
    expect(sizes.learn(2, [wide, a4])).toBe(true);
    expect(sizes.of(2)).toEqual(wide);
    expect(sizes.learn(2, [wide])).toBe(false);
  });

  it("finds the chunk that holds the first page which is not known", () => {
    const sizes = new Sizes(20_000, a4);
    expect(sizes.unknown(1, 1)).toBeNull();
    expect(sizes.unknown(1, 2)).toBe(1);
    expect(sizes.unknown(10_000, 10_003)).toBe(19 * CHUNK + 1);
    sizes.learn(
      19 * CHUNK + 1,
      Array.from({ length: CHUNK }, () => a4),
    );
    expect(sizes.unknown(10_000, 10_003)).toBeNull();
  });
});

describe("a column of pages", () => {
  const sizes = new Sizes(3, a4);
  sizes.learn(2, [wide, a4]);
  const column = new Column(sizes, 1);

  it("lays pages below each other, with gaps", () => {
    expect(column.top(1)).toBe(MARGIN);
    expect(column.top(2)).toBe(MARGIN + 842 + GAP);
    expect(column.bottom(3)).toBe(column.height - MARGIN);
    expect(column.width).toBe(842 + 2 * MARGIN);
  });

  it("finds the page at any height", () => {
    expect(column.at(-5)).toBe(1);
    expect(column.at(column.top(2) - 1)).toBe(1);
    expect(column.at(column.top(2))).toBe(2);
    expect(column.at(1e9)).toBe(3);
  });

  it("names the pages that can be seen, and none that lie above", () => {
    expect(column.between(0, 500)).toEqual([1, 1]);
    expect(column.between(column.bottom(1) + 1, column.top(2) + 10)).toEqual([2, 2]);
    expect(column.between(column.bottom(1) - 1, column.top(3) + 1)).toEqual([1, 3]);
  });

  it("is on the page of which most can be seen, the first of several", () => {
    expect(column.foremost(0, 800)).toBe(1);
    expect(column.foremost(column.top(2) - 100, column.top(2) + 400)).toBe(2);
    const small = new Column(sizes, 0.1);
    expect(small.foremost(0, 1000)).toBe(1);
  });

  it("finds again what it showed before at another scale", () => {
    const twice = new Column(sizes, 2);
    expect(twice.within(1, 421, column)).toBe(842);
    expect(twice.within(1, -10, column)).toBe(-10);
    expect(twice.within(1, 842 + 5, column)).toBe(2 * 842 + 5);
  });

  it("looks at no more than a few of 20,000 pages", () => {
    const long = new Column(new Sizes(20_000, a4), 4 / 3);
    for (const part of [0, 0.3, 0.77, 1]) {
      const top = part * (long.height - 900);
      const [first, last] = long.between(top - 700, top + 1600);
      expect(last - first).toBeLessThan(5);
      expect(first).toBeGreaterThanOrEqual(1);
      expect(last).toBeLessThanOrEqual(20_000);
    }
  });
});

describe("scrolling", () => {
  it("is what it is while the column can be laid out", () => {
    const scroll = new Scroll(5000, 800);
    expect(scroll.laid).toBe(5000);
    expect(scroll.position(1234)).toBe(1234);
    expect(scroll.position(9999)).toBe(4200);
    expect(scroll.moved(0, 0, 777)).toBe(777);
  });

  it("reaches both ends of a column that is taller than can be laid out", () => {
    const scroll = new Scroll(100_000, 800, 10_000);
    expect(scroll.laid).toBe(10_000);
    expect(scroll.position(99_200)).toBe(9200);
    expect(scroll.moved(50_000, 4600, 9200)).toBe(99_200);
    expect(scroll.moved(50_000, 4600, 0)).toBe(0);
    expect(scroll.moved(0, 0, 4600)).toBe(49_600);
  });

  it("moves near by as far as the hand does, however tall the column", () => {
    const scroll = new Scroll(100_000, 800, 10_000);
    expect(scroll.moved(49_600, 4600, 4700)).toBe(49_700);
    expect(scroll.moved(49_600, 4600, 4500)).toBe(49_500);
  });
});

describe("how large a page is", () => {
  it("fits by its width or whole", () => {
    const view = { width: 595 + 2 * MARGIN, height: 421 + 2 * MARGIN };
    expect(fitting(a4, view, "width")).toBe(1);
    expect(fitting(a4, view, "page")).toBe(0.5);
  });

  it("is never drawn larger than can be drawn", () => {
    expect(drawable(a4, 2)).toBe(2);
    const scale = drawable({ width: 14_400, height: 14_400 }, 8);
    expect(14_400 * scale).toBeLessThanOrEqual(16_383);
    expect((14_400 * scale) ** 2).toBeLessThanOrEqual(24_000_001);
  });
});

describe("rows of one height", () => {
  it("stand ready where they can be seen, with some to spare, and end where the document does", () => {
    expect(rows(0, 600, 188, 20_000, 2)).toEqual([0, 5]);
    expect(rows(188 * 10_000, 600, 188, 20_000, 2)).toEqual([9_998, 10_005]);
    expect(rows(188 * 19_997, 600, 188, 20_000, 2)).toEqual([19_995, 19_999]);
    expect(rows(0, 600, 188, 1, 2)).toEqual([0, 0]);
  });
});
