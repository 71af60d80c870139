import { describe, expect, it } from "vitest";

import { explain } from ".";
import { en } from "./en";

describe("texts", () => {
  it("says for every error what happened and what can be done", () => {
    const keys = Object.keys(en);
    const codes = (prefix: string): string[] =>
      keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    expect(codes("err-").length).toBeGreaterThan(40);
    expect(codes("err-")).toEqual(codes("rec-"));
  });

  it("lets a code without words speak for itself", () => {
    const failure = { code: "never_seen", message: "the moon is full", detail: "" };
    expect(explain(failure)).toEqual({ happened: "the moon is full", advice: "" });
  });

  it("says until when to wait", () => {
    const words = explain({ code: "wait", message: "", detail: "", until: 1_795_513_327 });
    expect(words.advice).toMatch(/\d:\d\d/);
  });
});
