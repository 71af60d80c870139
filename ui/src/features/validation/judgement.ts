// Three questions about every signature, answered apart and never merged.

import type { IconName } from "../../components/Icon.svelte";
import type { Headline } from "../../ipc/generated/Headline";
import type { SignatureReport } from "../../ipc/generated/SignatureReport";
import type { Validation } from "../../ipc/generated/Validation";
import { found, moment, say, type Key } from "../../text";

/** Every headline has a shape and a tone of its own; the word stands beside them. */
export const shapes: Record<Headline, [IconName, "good" | "caution" | "bad" | "muted"]> = {
  valid: ["s-good", "good"],
  valid_changed_as_allowed: ["s-allowed", "good"],
  changed: ["s-caution", "caution"],
  identity_unconfirmed: ["s-unknown", "caution"],
  broken: ["s-bad", "bad"],
  unsigned: ["s-unknown", "muted"],
};

export interface Answer {
  question: Key;
  tone: "yes" | "no" | "open";
  answer: string;
  more: string;
}

function intact(report: SignatureReport): Omit<Answer, "question"> {
  if (!report.intact) {
    return { tone: "no", answer: say("intact-no"), more: say("intact-no-more") };
  }
  if (report.coverage === "partial") {
    return { tone: "no", answer: say("intact-partial"), more: say("intact-partial-more") };
  }
  const count = report.modifications.length;
  if (report.headline === "changed" || count > 0) {
    const answer = count > 1 ? say("intact-changed", { count }) : say("intact-changed-one");
    return { tone: "no", answer, more: say("intact-changed-more") };
  }
  return report.coverage === "whole_file"
    ? { tone: "yes", answer: say("intact-whole"), more: say("intact-whole-more") }
    : { tone: "yes", answer: say("intact-allowed"), more: say("intact-allowed-more") };
}

function who(report: SignatureReport): Omit<Answer, "question"> {
  const answer = report.signer || say("who-unknown");
  const issuer = report.issuer || say("who-unknown");
  if (!report.trusted) return { tone: "open", answer, more: say("who-untrusted", { issuer }) };
  const unchecked = report.findings.some(({ code }) => code === "revocation_not_checked");
  const more = say("who-trusted", { issuer });
  return { tone: "yes", answer, more: unchecked ? `${more} ${say("revocation-unchecked")}` : more };
}

function when(report: SignatureReport): Omit<Answer, "question"> {
  if (report.timestamp !== null) {
    return { tone: "yes", answer: moment(report.timestamp), more: say("when-stamped") };
  }
  if (report.signingTime === null) {
    return { tone: "open", answer: say("when-unknown"), more: say("when-unknown-more") };
  }
  return { tone: "open", answer: moment(report.signingTime), more: say("when-claimed") };
}

/** The answers about one signature. */
export function answers(report: SignatureReport): Answer[] {
  return [
    { question: "intact-question", ...intact(report) },
    { question: "who-question", ...who(report) },
    { question: "when-question", ...when(report) },
  ];
}

/** What is worth reading of what was found: changes have a list of their own. */
export function remarks(report: SignatureReport): string[] {
  return report.findings
    .filter(
      ({ severity, message }) => severity !== "info" && !report.modifications.includes(message),
    )
    .map(found);
}

/** What stands below the headline. */
export function under(
  validation: Validation,
  shown: Headline,
  fresh: SignatureReport | null,
): string {
  const named = (reports: SignatureReport[]): string =>
    [...new Set(reports.map(({ signer }) => signer || say("who-unknown")))].join(", ");
  if (fresh) return say("signed-by", { name: fresh.signer });
  if (shown === "unsigned") return say("unsigned-hint");
  if (shown === "broken") return say("broken-hint");
  const meant = validation.signatures.filter(({ headline }) => headline === shown);
  const names = named(meant.length > 0 ? meant : validation.signatures);
  if (shown === "identity_unconfirmed") return say("unconfirmed-hint", { names });
  if (shown !== "changed") return say("signers", { names: named(validation.signatures) });
  return say("changed-hint", { names });
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
      `${index + 1}. ${report.signer || report.field}: ${say(`headline-${report.headline}`)}`,
      `   ${say("report-field")}: ${report.field}`,
    );
    for (const { question, answer, more } of answers(report)) {
      lines.push(`   ${say(question)} ${answer}. ${more}`);
    }
    for (const change of report.modifications) lines.push(`   ${say("later-changes")}: ${change}`);
    for (const { code, message } of report.findings) lines.push(`   [${code}] ${message}`);
  });
  return lines.join("\n");
}
