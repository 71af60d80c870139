import type { PageInk } from "../../ipc/generated/PageInk";
import type { PageSize } from "../../ipc/generated/PageSize";
import type { Rect } from "../../ipc/generated/Rect";

/** Points in a millimetre: 72 in an inch of 25.4 mm. */
export const POINTS_PER_MM = 72 / 25.4;
/** The smallest box that can be drawn, in points. */
export const SMALLEST = 12;

/** A box on the page's picture: pixels, origin top left. */
export interface PixelRect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Turns a box of points (origin bottom left) into pixels of the picture. */
export function toPixels(rect: Rect, page: PageSize, scale: number): PixelRect {
  return {
    left: rect.x * scale,
    top: (page.height - rect.y - rect.height) * scale,
    width: rect.width * scale,
    height: rect.height * scale,
  };
}

/** The reverse of {@link toPixels}. */
export function toPoints(rect: PixelRect, page: PageSize, scale: number): Rect {
  return {
    x: rect.left / scale,
    y: page.height - (rect.top + rect.height) / scale,
    width: rect.width / scale,
    height: rect.height / scale,
  };
}

/** Moves and shrinks a box so that it lies on the page. */
export function within(rect: Rect, page: PageSize): Rect {
  const width = Math.min(Math.max(rect.width, SMALLEST), page.width);
  const height = Math.min(Math.max(rect.height, SMALLEST), page.height);
  return {
    x: Math.min(Math.max(rect.x, 0), page.width - width),
    y: Math.min(Math.max(rect.y, 0), page.height - height),
    width,
    height,
  };
}

export type Handle = "nw" | "n" | "ne" | "w" | "e" | "sw" | "s" | "se";

/** Drags a handle of a box by so many points, right and up. */
export function resize(rect: Rect, handle: Handle, right: number, up: number): Rect {
  const west = handle.includes("w") ? Math.min(right, rect.width - SMALLEST) : 0;
  const east = handle.includes("e") ? Math.max(right, SMALLEST - rect.width) : 0;
  const north = handle.includes("n") ? Math.max(up, SMALLEST - rect.height) : 0;
  const south = handle.includes("s") ? Math.min(up, rect.height - SMALLEST) : 0;
  return {
    x: rect.x + west,
    y: rect.y + south,
    width: rect.width - west + east,
    height: rect.height - south + north,
  };
}

/** Where a signature goes if nobody says: bottom right, with a margin. */
export function usualPlace(page: PageSize): Rect {
  const [width, height] = [Math.min(190, page.width * 0.6), Math.min(64, page.height * 0.3)];
  const margin = Math.min(36, page.width * 0.05);
  return within({ x: page.width - width - margin, y: margin, width, height }, page);
}

/** Steps in which a free place is looked for, in points. */
const STEP = 4;

/** The usual place, or the first one above it where nothing is in the way. */
export function freePlace(page: PageSize, taken: (rect: Rect) => boolean): Rect | null {
  const usual = usualPlace(page);
  for (let up = 0; usual.y + up + usual.height <= page.height; up += STEP) {
    const rect = { ...usual, y: usual.y + up };
    if (!taken(rect)) return rect;
  }
  return null;
}

/** Whether a page has something on it where a box would lie. */
export function isInked({ cell, rows }: PageInk, page: PageSize, rect: Rect): boolean {
  const [top, bottom] = [page.height - rect.y - rect.height, page.height - rect.y];
  return rows
    .slice(Math.max(Math.floor(top / cell), 0), Math.ceil(bottom / cell))
    .some((row) =>
      row.slice(Math.floor(rect.x / cell), Math.ceil((rect.x + rect.width) / cell)).includes("#"),
    );
}

export function toMillimetres(points: number): number {
  return Math.round((points / POINTS_PER_MM) * 10) / 10;
}
