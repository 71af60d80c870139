import { describe, expect, it } from "vitest";

import { explain, known } from ".";
import { de } from "./de";
import { en } from "./en";
import { administration } from "./en/administration";
import { changes } from "./en/changes";
import { errors } from "./en/errors";
import { findings } from "./en/findings";
import { preflight } from "./en/preflight";
import { validation } from "./en/validation";
import { window } from "./en/window";

const blanks = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();

describe("texts", () => {
  it("says the same things in every language", () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
    for (const [key, sentence] of Object.entries(en)) {
      const other = de[key as keyof typeof en];
      expect(other, key).not.toBe("");
      expect(blanks(other), key).toEqual(blanks(sentence));
    }
  });

  it("gives no sentence the key of another", () => {
    const keys = [window, administration, changes, errors, findings, preflight, validation].flatMap(
      (part) => Object.keys(part),
    );
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it("writes dates on a system that names no language", () => {
    expect(known("C")).toBe("en");
    expect(known("de-at")).toBe("de-AT");
  });

  it("says until when to wait", () => {
    const words = explain({ code: "wait", message: "", detail: "", until: 1_795_513_327 });
    expect(words.advice).toMatch(/\d:\d\d/);
  });
});
