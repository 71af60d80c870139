import { describe, expect, it } from "vitest";

import {
  freePlace,
  isInked,
  resize,
  toMillimetres,
  toPixels,
  toPoints,
  usualPlace,
  within,
} from "./geometry";

const page = { width: 595, height: 842 };
const rect = { x: 310, y: 68, width: 225, height: 66 };

describe("geometry between page and picture", () => {
  it("turns a box upside down and back", () => {
    const pixels = toPixels(rect, page, 2);
    expect(pixels).toEqual({ left: 620, top: (842 - 68 - 66) * 2, width: 450, height: 132 });
    expect(toPoints(pixels, page, 2)).toEqual(rect);
  });

  it("keeps a box on the page", () => {
    expect(within({ x: -5, y: 900, width: 10, height: 2000 }, page)).toEqual({
      x: 0,
      y: 0,
      width: 12,
      height: 842,
    });
  });

  it("pulls each handle's own sides and never turns a box inside out", () => {
    expect(resize(rect, "ne", 5, 7)).toEqual({ x: 310, y: 68, width: 230, height: 73 });
    expect(resize(rect, "sw", 5, 7)).toEqual({ x: 315, y: 75, width: 220, height: 59 });
    const pushed = resize(rect, "w", 1000, 0);
    expect(pushed.width).toBe(12);
    expect(pushed.x + pushed.width).toBe(rect.x + rect.width);
  });

  it("finds a usual place on any page", () => {
    for (const size of [page, { width: 40, height: 30 }, { width: 5000, height: 20 }]) {
      const place = usualPlace(size);
      expect(within(place, size)).toEqual(place);
    }
  });

  it("avoids what is in the way, as long as there is room", () => {
    const usual = usualPlace(page);
    expect(freePlace(page, () => false)).toEqual(usual);
    expect(freePlace(page, ({ y }) => y < 150)).toEqual({ ...usual, y: usual.y + 124 });
    expect(freePlace(page, () => true)).toBeNull();
  });

  it("tells bare paper from what has something on it, in cells from the top", () => {
    const small = { width: 12, height: 10 };
    const ink = { cell: 4, rows: ["...", ".#.", "..."] };
    expect(isInked(ink, small, { x: 0, y: 0, width: 12, height: 2 })).toBe(false);
    expect(isInked(ink, small, { x: 0, y: 0, width: 12, height: 3 })).toBe(true);
    expect(isInked(ink, small, { x: 0, y: 2, width: 4, height: 4 })).toBe(false);
    expect(isInked(ink, small, { x: 0, y: 2, width: 5, height: 4 })).toBe(true);
    expect(isInked(ink, small, { x: 0, y: 6, width: 12, height: 4 })).toBe(false);
  });

  it("measures in tenths of a millimetre", () => {
    expect(toMillimetres(72)).toBe(25.4);
    expect(toMillimetres(100)).toBe(35.3);
  });
});
