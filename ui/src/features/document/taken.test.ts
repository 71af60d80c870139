import { describe, expect, it } from "vitest";

import type { Placement } from "../../ipc/generated/Placement";
import { agreement, contractor, trust } from "../../ipc/samples";
import { collision, emptyFields, named, spot } from "./taken";

const box = (x: number, y: number, page = 1): Placement => ({
  kind: "box",
  page,
  rect: { x, y, width: 100, height: 40 },
});

describe("fields of a document", () => {
  it("are offered in the order they are read, and only while they are empty", () => {
    const later = { ...trust, name: "Later", page: 2 };
    const hidden = { ...trust, name: "Hidden", page: null, rect: null };
    const upper = { ...trust, name: "Upper", rect: { ...(trust.rect ?? box), y: 500 } as never };
    const document = {
      ...agreement,
      fields: [hidden, later, trust, upper, { ...contractor, signed: true }],
    };
    expect(emptyFields(document).map(({ name }) => name)).toEqual([
      "Upper",
      "Trust",
      "Later",
      "Hidden",
    ]);
  });

  it("say where a signature in them is shown", () => {
    expect(spot({ kind: "field", name: "Trust" }, [contractor, trust])).toEqual({
      page: 1,
      rect: trust.rect,
    });
    expect(spot({ kind: "field", name: "Nobody" }, [trust])).toBeNull();
    expect(spot({ kind: "invisible" }, [trust])).toBeNull();
    expect(spot(null, [trust])).toBeNull();
  });
});

describe("a field that is called after a person", () => {
  const mine = { ...trust, label: "Signature of ANA-RUIZ, Head of Contracts" };

  it("is found however the name is written", () => {
    expect(named([contractor, mine], "Ana Ruiz")).toBe(mine);
    expect(named([contractor, { ...trust, name: "ana.ruiz", label: null }], "Ana Ruíz")?.name).toBe(
      "ana.ruiz",
    );
  });

  it("is none where several are, and no part of another name", () => {
    expect(named([mine, { ...mine, name: "Again" }], "Ana Ruiz")).toBeNull();
    expect(named([{ ...trust, label: "Diana Ruiz" }], "Ana Ruiz")).toBeNull();
    expect(named([mine], "")).toBeNull();
  });
});

describe("a box that was drawn", () => {
  it("collides with the field it lies over, a signed one before an empty one", () => {
    const signed = { ...trust, name: "Signed", signed: true };
    expect(collision(box(320, 90), [trust])?.name).toBe("Trust");
    expect(collision(box(320, 90), [trust, signed])?.name).toBe("Signed");
  });

  it("collides with nothing on another page, beside it, or by touching it", () => {
    expect(collision(box(320, 90, 2), [trust])).toBeNull();
    expect(collision(box(50, 300), [contractor, trust])).toBeNull();
    expect(collision(box(215.5, 90), [trust])).toBeNull();
  });

  it("never collides where the form's author put it", () => {
    expect(collision({ kind: "field", name: "Trust" }, [trust])).toBeNull();
  });
});
