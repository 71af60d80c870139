// Three questions about every signature, answered apart and never merged.

import type { IconName } from "../../components/Icon.svelte";
import type { Headline } from "../../ipc/generated/Headline";
import type { ModificationCode } from "../../ipc/generated/ModificationCode";
import type { RevisionReport } from "../../ipc/generated/RevisionReport";
import type { RevocationAnswer } from "../../ipc/generated/RevocationAnswer";
import type { SignatureReport } from "../../ipc/generated/SignatureReport";
import type { Validation } from "../../ipc/generated/Validation";
import { day, found, modified, moment, phrase, say, type Key } from "../../text";

type Tone = "good" | "caution" | "bad" | "muted";

/** Every headline has a shape and a tone of its own; the word stands beside them. */
export const shapes: Record<Headline, [IconName, Tone]> = {
  valid: ["s-good", "good"],
  valid_changed_as_allowed: ["s-allowed", "good"],
  changed: ["s-caution", "caution"],
  identity_unconfirmed: ["s-unknown", "caution"],
  broken: ["s-bad", "bad"],
  unsigned: ["s-unknown", "muted"],
};

export interface Answer {
  question: Key;
  icon: [IconName, Tone];
  answer: string;
  more: string;
}

const YES: [IconName, Tone] = ["check", "good"];
const OPEN: [IconName, Tone] = ["s-unknown", "muted"];
const CAUTION: [IconName, Tone] = ["s-caution", "caution"];
const BAD: [IconName, Tone] = ["s-bad", "bad"];

function intact(report: SignatureReport): Omit<Answer, "question"> {
  switch (report.document.answer) {
    case "intact":
      return report.coverage === "whole_file"
        ? { icon: YES, answer: say("intact-whole"), more: say("intact-whole-more") }
        : { icon: YES, answer: say("intact-signed"), more: say("intact-signed-more") };
    case "changed_as_allowed":
      return { icon: YES, answer: say("intact-allowed"), more: say("intact-allowed-more") };
    case "changed": {
      const count = report.modifications.length;
      if (count === 0) {
        const more = say("intact-unexplained-more");
        return { icon: CAUTION, answer: say("intact-unexplained"), more };
      }
      const answer = count > 1 ? say("intact-changed", { count }) : say("intact-changed-one");
      return { icon: CAUTION, answer, more: say("intact-changed-more") };
    }
    case "broken":
      return report.intact && report.coverage === "partial"
        ? { icon: BAD, answer: say("intact-partial"), more: say("intact-partial-more") }
        : { icon: BAD, answer: say("intact-no"), more: say("intact-no-more") };
    case "unknown":
      return { icon: OPEN, answer: say("intact-unknown"), more: say("intact-unknown-more") };
  }
}

/** What is known of the revocation of the whole path, in one sentence. */
function revocation({ identity, findings }: SignatureReport): string {
  if (findings.some(({ code }) => code === "revocation_not_checked")) {
    return say("revocation-unchecked");
  }
  const { revocation: answers } = identity;
  if (answers.some(({ status }) => status === "unknown")) return say("revocation-unknown");
  return answers.some(({ status }) => status === "good") ? say("revocation-good") : "";
}

function revoked(issuer: string, answers: RevocationAnswer[]): string {
  const answer = answers.find(({ status }) => status === "revoked");
  if (!answer || answer.at === null) return say("who-revoked", { issuer });
  if (!answer.reason) return say("who-revoked-at", { issuer, day: day(answer.at) });
  const reason = phrase(`crl-reason-${answer.reason}`, answer.reason);
  return say("who-revoked-why", { issuer, day: day(answer.at), reason });
}

/** Whether nobody but the signer has signed the certificate. */
export function selfSigned({ identity }: SignatureReport): boolean {
  const [own] = identity.path;
  return own !== undefined && own.subject === own.issuer;
}

function who(report: SignatureReport, now: number): Omit<Answer, "question"> {
  const { identity, time } = report;
  const answer = report.signer || say("who-unknown");
  const issuer = report.issuer || say("who-unknown");
  const [own] = identity.path;
  switch (identity.answer) {
    case "trusted": {
      const alone = identity.path.length === 1 && selfSigned(report);
      const by = alone
        ? say("who-itself")
        : say(`who-by-${identity.anchor?.source ?? "organisation"}`, { issuer });
      const since =
        own && own.notAfter < now && time.answer === "timestamp" && time.trusted
          ? say("who-expired-since", { day: day(own.notAfter) })
          : "";
      return { icon: YES, answer, more: sentences(by, revocation(report), since) };
    }
    case "unconfirmed": {
      const key = selfSigned(report) ? "who-self-signed" : "who-stranger";
      return { icon: OPEN, answer, more: say(key, { issuer }) };
    }
    case "revoked": {
      const more = sentences(revoked(issuer, identity.revocation), say("who-revoked-more"));
      return { icon: BAD, answer, more };
    }
    case "expired":
      return {
        icon: CAUTION,
        answer,
        more: say("who-expired", { day: day(own?.notAfter ?? 0) }),
      };
    case "not_checked":
      return { icon: OPEN, answer, more: say("who-missing") };
  }
}

function when({ time }: SignatureReport): Omit<Answer, "question"> {
  if (time.answer === "none" || time.at === null) {
    return { icon: OPEN, answer: say("when-unknown"), more: say("when-unknown-more") };
  }
  const answer = moment(time.at);
  if (time.answer === "claimed") return { icon: OPEN, answer, more: say("when-claimed") };
  const authority = time.authority || say("an-authority");
  const by = say(time.trusted ? "when-trusted" : "when-untrusted", { authority });
  const clock = time.claimedAt === null ? "" : say("when-clock", { time: moment(time.claimedAt) });
  return { icon: time.trusted ? YES : OPEN, answer, more: sentences(by, clock) };
}

function sentences(...all: string[]): string {
  return all.filter((one) => one !== "").join(" ");
}

/** The answers about one signature; `now` in Unix seconds. */
export function answers(report: SignatureReport, now = Date.now() / 1000): Answer[] {
  return [
    { question: "intact-question", ...intact(report) },
    { question: "who-question", ...who(report, now) },
    { question: "when-question", ...when(report) },
  ];
}

/** Whose signature it is: a person's, or an authority's that gave the time. */
export function whose(report: SignatureReport): string {
  const name = report.signer || report.field;
  return report.kind === "document_timestamp" ? say("time-stamp-of", { name }) : name;
}

/** What is worth reading of what was found: changes have a list of their own. */
export function remarks(report: SignatureReport): string[] {
  return report.findings
    .filter(
      ({ severity, message }) =>
        severity !== "info" && !report.modifications.some((change) => change.message === message),
    )
    .map(found);
}

/** So many people are named below the headline. */
const MOST_NAMES = 4;

/** The newest version that was signed and is not what the file shows now. */
export function signedVersion({ signatures, revisions }: Validation): RevisionReport | null {
  const changed = signatures.filter(({ document }) => document.answer === "changed");
  const fields = new Set(changed.map(({ field }) => field));
  const last = revisions.at(-1);
  const signed = revisions.filter(({ signedBy }) => signedBy !== null && fields.has(signedBy));
  return signed.findLast((revision) => revision !== last) ?? null;
}

/** What stands below the headline. */
export function under(
  validation: Validation,
  shown: Headline,
  fresh: SignatureReport | null,
): string {
  const named = (reports: SignatureReport[]): string => {
    const all = [...new Set(reports.map(({ signer }) => signer || say("who-unknown")))];
    const count = all.length - MOST_NAMES;
    return count > 1
      ? say("and-others", { names: all.slice(0, MOST_NAMES).join(", "), count })
      : all.join(", ");
  };
  const people = validation.signatures.filter(({ kind }) => kind === "signature");
  const everybody = people.length > 0 ? people : validation.signatures;
  if (fresh) return say("signed-by", { name: fresh.signer });
  if (shown === "unsigned") return say("unsigned-hint");
  if (shown === "broken") return say("broken-hint");
  const meant = validation.signatures.filter(({ headline }) => headline === shown);
  const names = named(meant.length > 0 ? meant : everybody);
  if (shown === "identity_unconfirmed") {
    const nameless = meant.every(({ signer }) => signer === "");
    return nameless ? say("unconfirmed-nameless") : say("unconfirmed-hint", { names });
  }
  if (shown !== "changed") return say("signers", { names: named(everybody) });
  return say("changed-hint", { names });
}

/** What keeps a signature provable and shows nothing. */
const PROOF: ModificationCode[] = ["proof_added", "timestamped"];

/** What a revision is, by the signature that ends it, or else by what it did. */
export function title(revision: RevisionReport, signatures: SignatureReport[]): string {
  const report = signatures.find(({ field }) => field === revision.signedBy);
  if (report) {
    const name = report.signer || report.field;
    return say(report.kind === "signature" ? "revision-signed" : "revision-stamped", { name });
  }
  if (revision.index === 1) return say("revision-first");
  if (!revision.allowed) return say("revision-later");
  if (revision.what.length === 0) return say("revision-same");
  const isProof = revision.what.every(({ code }) => PROOF.includes(code));
  return say(isProof ? "revision-proof" : "revision-later");
}

/** A fingerprint or serial number as it is compared by eye: in groups of four. */
export function grouped(hexadecimal: string): string {
  return hexadecimal.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");
}

/** The judgement as text, to be pasted elsewhere. */
export function text(name: string, validation: Validation, now: number): string {
  const lines = [
    name,
    `${say("report-result")}: ${say(`headline-${validation.headline}`)}`,
    say("report-made", { time: moment(now) }),
  ];
  validation.signatures.forEach((report, index) => {
    lines.push(
      "",
      `${index + 1}. ${whose(report)}: ${say(`headline-${report.headline}`)}`,
      `   ${say("report-field")}: ${report.field}`,
    );
    for (const { question, answer, more } of answers(report, now)) {
      lines.push(`   ${say(question)} ${answer}. ${more}`);
    }
    for (const { subject, sha256 } of report.identity.path) {
      lines.push(`   ${subject}: ${grouped(sha256)}`);
    }
    for (const change of report.modifications) {
      lines.push(`   ${say("later-changes")}: ${modified(change)}`);
    }
    for (const { code, message } of report.findings) lines.push(`   [${code}] ${message}`);
  });
  if (validation.revisions.length > 0) lines.push("");
  for (const revision of validation.revisions) {
    const number = say("revision-number", { index: revision.index });
    const what = revision.what.map((change) => ` ${modified(change)}`).join("");
    const allowed = revision.allowed ? "" : ` (${say("revision-not-allowed")})`;
    lines.push(`${number}: ${title(revision, validation.signatures)}${allowed}.${what}`);
  }
  return lines.join("\n");
}
