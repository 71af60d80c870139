import { describe, expect, it } from "vitest";

import type { Modification } from "../../ipc/generated/Modification";
import type { SignatureReport } from "../../ipc/generated/SignatureReport";
import type { Validation } from "../../ipc/generated/Validation";
import { anas, jonass, valid } from "../../ipc/samples";
import {
  allowed,
  archived,
  broken,
  byChoice,
  changed,
  CHANGES,
  expired,
  expiredStamped,
  filled,
  history,
  proof,
  revoked,
  selfSigned,
  stamped,
  stranger,
  strangeTime,
  unknownKind,
  unsigned,
} from "../../ipc/verdicts";
import { modified } from "../../text";
import { answers, grouped, remarks, shapes, signedVersion, text, title, under } from "./judgement";

const NOW = 1_795_513_400;
const icons = (report: SignatureReport): string[] =>
  answers(report, NOW).map(({ icon }) => icon[0]);
const said = (report: SignatureReport, at: 0 | 1 | 2): string => {
  const answer = answers(report, NOW)[at];
  return `${answer?.answer}. ${answer?.more}`;
};

describe("the three answers", () => {
  it("are given apart: an unknown issuer takes nothing from what is intact", () => {
    expect(icons(stranger)).toEqual(["check", "s-unknown", "s-unknown"]);
    expect(icons(stamped)).toEqual(["check", "check", "check"]);
    expect(icons(broken)).toEqual(["s-bad", "check", "check"]);
    expect(icons(revoked)).toEqual(["check", "s-bad", "s-unknown"]);
    expect(icons(strangeTime)).toEqual(["check", "check", "s-unknown"]);
    expect(icons(unknownKind)).toEqual(["s-unknown", "s-unknown", "s-unknown"]);
  });

  it("call intact only what the verdict calls so", () => {
    expect(icons(changed)[0]).toBe("s-caution");
    expect(icons(allowed)[0]).toBe("check");
    expect(said({ ...changed, modifications: [] }, 0)).toMatch(/cannot be explained/);
    const partial = { ...broken, intact: true, coverage: "partial" } as const;
    expect(said(partial, 0)).toMatch(/^Not all of it/);
  });

  it("count and list what was changed, and do not say it twice", () => {
    const findings = changed.modifications.map(({ message }) => ({
      code: "page",
      severity: "caution" as const,
      message,
    }));
    expect(said(changed, 0)).toMatch(/^No, 3 places were changed/);
    expect(remarks({ ...changed, findings })).toEqual([]);
  });

  it("say whose trust it is that confirms a name", () => {
    expect(said(anas, 1)).toMatch(/trusted by your organisation/);
    expect(said(byChoice, 1)).toMatch(/which you chose to trust/);
    expect(said(selfSigned, 1)).toMatch(/the signer’s own; no authority/);
    expect(said(stranger, 1)).toMatch(/nothing against the document/);
  });

  it("tell revoked, expired and expired after a time-stamp apart", () => {
    expect(said(revoked, 1)).toMatch(/revoked the certificate on .*: the key may be/);
    expect(said(expired, 1)).toMatch(/nothing proves that the signature is older/);
    expect(said(expiredStamped, 1)).toMatch(/Not revoked\. .*the time-stamp is older/);
  });

  it("name the clock, and what the signer's own said", () => {
    expect(said(stamped, 2)).toMatch(/which is trusted\. The signer’s own clock said/);
    expect(said(strangeTime, 2)).toMatch(/nobody vouches here/);
    expect(said(anas, 2)).toMatch(/no time-stamp vouches/);
  });
});

describe("the headline", () => {
  it("has a shape of its own for each of the five", () => {
    const five = [shapes.valid, shapes.valid_changed_as_allowed, shapes.changed, shapes.broken];
    const names = [...five, shapes.identity_unconfirmed].map(([icon]) => icon);
    expect(new Set(names).size).toBe(5);
  });

  it("speaks only of those whom it is about", () => {
    const both: Validation = { headline: "changed", signatures: [changed, jonass], revisions: [] };
    expect(under(both, "changed", null)).toBe("Ana Ruiz did not sign what you see now.");
  });

  it("counts an authority that gave the time as no signer", () => {
    const both: Validation = { headline: "valid", signatures: [stamped, archived], revisions: [] };
    expect(under(both, "valid", null)).toBe("Signed by Ana Ruiz.");
  });

  it("does not take a name for true that nobody confirms", () => {
    const validation: Validation = {
      headline: "identity_unconfirmed",
      signatures: [jonass],
      revisions: [],
    };
    expect(under(validation, "identity_unconfirmed", null)).toMatch(/names Jonas Weber/);
  });
});

describe("the headline of many", () => {
  it("names a few of them and counts the others", () => {
    const people = "ABCDEFGH".split("").map((signer) => ({ ...stamped, signer }));
    const validation: Validation = { headline: "valid", signatures: people, revisions: [] };
    expect(under(validation, "valid", null)).toBe("Signed by A, B, C, D and 4 others.");
  });
});

describe("a revision", () => {
  it("that was signed can be seen where the file shows something else now", () => {
    const signatures = [stamped, { ...changed, field: "B" }];
    const validation: Validation = {
      headline: "changed",
      signatures,
      revisions: history("Trust", "B", null),
    };
    expect(signedVersion(validation)?.index).toBe(2);
    const whole = { ...validation, signatures: [stamped, { ...stamped, field: "B" }] };
    expect(signedVersion(whole)).toBe(null);
  });

  it("is called by who signed it, and by nobody where nobody did", () => {
    const signatures = [stamped, archived];
    const titles = history(null, "Trust", "Timestamp 1", null).map((one) => title(one, signatures));
    expect(titles).toEqual([
      "Without a signature",
      "Ana Ruiz signed",
      "Meridian Time Stamping 1 gave the time",
      "Nothing changed that is shown",
    ]);
  });

  it("is called changed only where it changed what is shown or said", () => {
    const called = (what: Modification[], allowed = true): string => {
      return title(unsigned(what, allowed), [stamped]);
    };
    expect(called([proof])).toBe("Proof added, nothing else");
    expect(called([proof, { ...proof, code: "timestamped" }])).toBe("Proof added, nothing else");
    expect(called([proof, filled])).toBe("Changed, not signed");
    expect(called([{ ...proof, code: "timestamped" }], false)).toBe("Changed, not signed");
    expect(called(CHANGES, false)).toBe("Changed, not signed");
  });
});

describe("what a revision did", () => {
  it("says on which page a box of a later signature lies over text", () => {
    const signed: Modification = { ...filled, code: "signed", name: "B" };
    expect(modified(signed)).not.toContain("text");
    expect(modified({ ...signed, page: 2 })).toContain("over text of page 2");
  });
});

describe("the report as text", () => {
  it("holds every signature, every answer, the codes behind the words, and the revisions", () => {
    const revisions = history("Contractor", "Trust");
    const validation: Validation = { headline: "valid", signatures: [jonass, stamped], revisions };
    const report = text("a.pdf", validation, NOW);
    expect(report).toContain("1. Jonas Weber: Identity not confirmed");
    expect(report).toContain("2. Ana Ruiz: Valid");
    expect(report).toContain("[no_path_to_anchor]");
    expect(report.match(/Is the document intact\?/g)).toHaveLength(2);
    expect(report).toContain("Revision 2: Ana Ruiz signed");
    expect(report).toContain(grouped(stamped.identity.path[0]?.sha256 ?? ""));
    expect(text("a.pdf", valid, 0).split("\n")[0]).toBe("a.pdf");
  });
});

it("a fingerprint is read in groups of four", () => {
  expect(grouped("7e24c19b0f")).toBe("7E24 C19B 0F");
});
