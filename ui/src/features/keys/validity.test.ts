import { describe, expect, it } from "vitest";

import { ana } from "../../ipc/samples";
import { countdown, nearness, waiting } from "./validity";

const DAY = 86_400;
const now = 1_800_000_000;
const ends = (seconds: number) => nearness({ ...ana, validUntil: now + seconds }, now);

describe("the end of a certificate", () => {
  it("is said from thirty days on, more strongly from seven, and not before", () => {
    expect(ends(31 * DAY).nearness).toBe("far");
    expect(ends(30 * DAY)).toEqual({ days: 30, nearness: "soon" });
    expect(ends(8 * DAY).nearness).toBe("soon");
    expect(ends(7 * DAY)).toEqual({ days: 7, nearness: "very-soon" });
    expect(ends(60)).toEqual({ days: 0, nearness: "very-soon" });
    expect(ends(0).nearness).toBe("past");
  });

  it("is far where no certificate names one", () => {
    expect(nearness({ ...ana, validUntil: null }, now).nearness).toBe("far");
  });
});

describe("a wait", () => {
  it("lasts until the named second and not longer", () => {
    expect(waiting({ ...ana, waitUntil: now + 5 }, now + 0.4)).toBe(5);
    expect(waiting({ ...ana, waitUntil: now + 5 }, now + 5)).toBe(0);
    expect(waiting({ ...ana, waitUntil: null }, now)).toBe(0);
  });

  it("is counted as a clock does", () => {
    expect(countdown(5)).toBe("0:05");
    expect(countdown(92)).toBe("1:32");
    expect(countdown(3661)).toBe("1:01:01");
  });
});
