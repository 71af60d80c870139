import { afterEach, describe, expect, it, vi } from "vitest";

import type { PageSize } from "../../ipc/generated/PageSize";
import { agreement } from "../../ipc/samples";
import { MARGIN } from "./layout";
import { View } from "./view.svelte";

const a4 = { width: 595, height: 842 };
type Ask = (document: string, first: number, count: number) => Promise<PageSize[]>;

let view: View | undefined;
afterEach(() => view?.end());

function opened(pages: number, ask: Ask = async () => []): View {
  view = new View(ask);
  view.open({ ...agreement, pages });
  view.resize(800, 700);
  return view;
}

describe("what of a document is shown", () => {
  it("starts at the top with the first page whole, and stays there when the window grows", () => {
    const shown = opened(3);
    expect(shown.position).toBe(0);
    expect(shown.place(1).top).toBe(MARGIN);
    expect(842 * shown.scale).toBeCloseTo(700 - 2 * MARGIN);
    shown.resize(1000, 900);
    expect(shown.position).toBe(0);
    expect(842 * shown.scale).toBeCloseTo(900 - 2 * MARGIN);
  });

  it("goes to pages of the document and to no others", () => {
    const shown = opened(3);
    expect(shown.goTo(3)).toBe(true);
    expect(shown.current).toBe(3);
    for (const nowhere of [0, 4, 1.5, NaN]) expect(shown.goTo(nowhere)).toBe(false);
    expect(shown.current).toBe(3);
  });

  it("keeps the page one asked for, though more of another may be seen", () => {
    const shown = opened(3);
    shown.setZoom(0.1);
    shown.goTo(2);
    expect(shown.current).toBe(2);
    // What was set comes back as an event.
    shown.scrolled(shown.position);
    expect(shown.current).toBe(2);
  });

  it("zooms about a point that stays where it is", () => {
    const shown = opened(9);
    shown.setZoom(1);
    shown.goTo(5);
    const at = 300;
    const inside = (shown.position + at - shown.column.top(5)) / shown.scale;
    shown.setZoom(2.5, at);
    expect((shown.position + at - shown.column.top(5)) / shown.scale).toBeCloseTo(inside);
    expect(shown.zoom).toBeCloseTo(2.5);
  });

  it("stays where a page can be seen and drawn, however far one zooms", () => {
    const shown = opened(3);
    shown.setZoom(1e6);
    expect(shown.zoom).toBe(8);
    shown.setZoom(0);
    expect(shown.zoom).toBeCloseTo(0.1);
  });

  it("does not move what is looked at when sizes above it turn out to be others", async () => {
    const told: ((sizes: PageSize[]) => void)[] = [];
    const shown = opened(600, () => new Promise((done) => told.push(done)));
    await vi.waitFor(() => expect(told).toHaveLength(1));
    shown.goTo(300);
    const before = shown.place(300).top - shown.position;
    told[0]?.(Array.from({ length: 512 }, () => ({ width: 842, height: 595 })));
    await vi.waitFor(() => expect(shown.size(300).width).toBe(842));
    expect(shown.place(300).top - shown.position).toBeCloseTo(before);
    expect(shown.size(513)).toEqual(a4);
  });

  it("takes no sizes of a document that is not shown any more", async () => {
    const told: ((sizes: PageSize[]) => void)[] = [];
    const shown = opened(9, () => new Promise((done) => told.push(done)));
    await vi.waitFor(() => expect(told.length).toBeGreaterThan(0));
    shown.open({ ...agreement, id: "d9", pages: 9 });
    told[0]?.(Array.from({ length: 9 }, () => ({ width: 1, height: 1 })));
    await Promise.resolve();
    expect(shown.size(2)).toEqual(a4);
  });

  it("asks for every chunk once, also when nothing is told", async () => {
    const ask = vi.fn<Ask>(async () => []);
    const shown = opened(20_000, ask);
    await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(1));
    shown.goTo(19_000);
    await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
    shown.goTo(1);
    shown.goTo(19_001);
    await vi.waitFor(() => expect(shown.drawn[0]).toBeGreaterThan(18_000));
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
