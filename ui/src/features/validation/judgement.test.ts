import { describe, expect, it } from "vitest";

import type { SignatureReport } from "../../ipc/generated/SignatureReport";
import { anas, jonass, valid } from "../../ipc/samples";
import { answers, remarks, shapes, text, under } from "./judgement";

const tones = (report: SignatureReport): string[] => answers(report).map(({ tone }) => tone);

describe("the three answers", () => {
  it("are given apart: an unknown issuer takes nothing from what is intact", () => {
    expect(tones({ ...jonass, coverage: "whole_file" })).toEqual(["yes", "open", "open"]);
    expect(tones({ ...anas, timestamp: 1_795_513_327 })).toEqual(["yes", "yes", "yes"]);
    expect(tones({ ...anas, intact: false, headline: "broken" })).toEqual(["no", "yes", "open"]);
  });

  it("call intact only what covers all there is, or what was allowed to be added", () => {
    expect(tones({ ...anas, coverage: "partial" })[0]).toBe("no");
    expect(tones({ ...anas, coverage: "revision", headline: "changed" })[0]).toBe("no");
    const allowed = {
      ...anas,
      coverage: "revision",
      headline: "valid_changed_as_allowed",
    } as const;
    expect(tones(allowed)[0]).toBe("yes");
  });

  it("count and list what was changed, and do not say it twice", () => {
    const modifications = ["page 2 was removed", "a field was filled in"];
    const report: SignatureReport = {
      ...anas,
      coverage: "revision",
      headline: "changed",
      modifications,
      findings: modifications.map((message) => ({ code: "page", severity: "caution", message })),
    };
    expect(answers(report)[0]?.answer).toBe("No, 2 places were changed");
    expect(remarks(report)).toEqual([]);
  });
});

describe("the headline", () => {
  it("has a shape of its own for each of the five", () => {
    const five = [shapes.valid, shapes.valid_changed_as_allowed, shapes.changed, shapes.broken];
    const names = [...five, shapes.identity_unconfirmed].map(([icon]) => icon);
    expect(new Set(names).size).toBe(5);
  });

  it("speaks only of those whom it is about", () => {
    const changed = { ...anas, coverage: "revision", headline: "changed" } as const;
    const both = { headline: "changed", signatures: [changed, jonass] } as const;
    const said = under({ ...valid, ...both, signatures: [...both.signatures] }, "changed", null);
    expect(said).toBe("Ana Ruiz did not sign what you see now.");
  });

  it("does not take a name for true that nobody confirms", () => {
    const validation = {
      ...valid,
      headline: "identity_unconfirmed" as const,
      signatures: [jonass],
    };
    expect(under(validation, "identity_unconfirmed", null)).toMatch(/names Jonas Weber/);
  });
});

describe("the report as text", () => {
  it("holds every signature, every answer, and the codes behind the words", () => {
    const report = text("a.pdf", { ...valid, signatures: [jonass, anas] }, 1_795_513_400);
    expect(report).toContain("1. Jonas Weber: Identity not confirmed");
    expect(report).toContain("2. Ana Ruiz: Valid");
    expect(report).toContain("[no_path_to_anchor]");
    expect(report.match(/Is the document intact\?/g)).toHaveLength(2);
    expect(text("a.pdf", valid, 0).split("\n")[0]).toBe("a.pdf");
  });
});
