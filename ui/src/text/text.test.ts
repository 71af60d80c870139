import { describe, expect, it } from "vitest";

import { explain, known } from ".";
import { de } from "./de";
import { en } from "./en";

/** What commands are known to reject with. */
const CODES =
  "wrong_secret wait not_activated suspended revoked expired code_used code_lapsed " +
  "secret_too_weak not_a_code no_such_person not_an_officer no_organisation " +
  "organisation_unreadable part_missing host_missing module_missing module_changed " +
  "token_missing token_locked token_unfit keys_not_proven host_gone host_timeout device_fault " +
  "pin_wrong keyring_locked keyring_absent keyring_fault pin_missing pin_unusable " +
  "record_damaged log_damaged vault_damaged vault_fault busy request_repeated row_changed " +
  "certificate_refused pdf_unreadable pdf_encrypted pdf_not_supported pdf_forbids no_such_page " +
  "box_too_small box_outside no_glyph output_exists output_is_input input_changed " +
  "not_as_written no_space not_writable not_found io render_failed usage internal " +
  "no_such_document too_many_documents bad_request no_file_manager no_clipboard";

const blanks = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();

describe("texts", () => {
  it("says for every known error what happened and what can be done", () => {
    for (const code of CODES.split(" ")) {
      expect(en, code).toHaveProperty(`err-${code}`);
      expect(en, code).toHaveProperty(`rec-${code}`);
    }
    const codes = (prefix: string): string[] =>
      Object.keys(en)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
    expect(codes("err-")).toEqual(codes("rec-"));
  });

  it("says the same things in every language", () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
    for (const [key, sentence] of Object.entries(en)) {
      const other = de[key as keyof typeof en];
      expect(other, key).not.toBe("");
      expect(blanks(other), key).toEqual(blanks(sentence));
    }
  });

  it("lets a code without words speak for itself", () => {
    const failure = { code: "never_seen", message: "the moon is full", detail: "" };
    expect(explain(failure)).toEqual({ happened: "the moon is full", advice: "" });
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
