import type { Failure } from "../ipc/error";
import type { Finding } from "../ipc/generated/Finding";
import type { Modification } from "../ipc/generated/Modification";
import type { PreflightCode } from "../ipc/generated/PreflightCode";
import type { PreflightFinding } from "../ipc/generated/PreflightFinding";
import { de } from "./de";
import { en, type Key } from "./en";

export type { Key };

type Words = Record<string, string | number>;

/** Dates and numbers are written as the person's system writes them. */
const language = known(navigator.language);
/** What the sentences are written in: for `lang`, so that they are also read out right. */
export const spoken = /^de\b/i.test(language) ? "de" : "en";
const catalogue: Record<Key, string> = { en, de }[spoken];

/** The language as Intl wants it; a system without one says "C", which is none. */
export function known(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? "en";
  } catch {
    return "en";
  }
}

/** A sentence in the person's language, its `{words}` filled in. */
export function say(key: Key, words: Words = {}): string {
  return catalogue[key].replace(/\{(\w+)\}/g, (all, word: string) => String(words[word] ?? all));
}

/** A number of things. */
export function number(count: number): string {
  return new Intl.NumberFormat(language).format(count);
}

/** A moment, to the second. */
export function moment(seconds: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" }).format(
    seconds * 1000,
  );
}

/** A day. */
export function day(seconds: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(seconds * 1000);
}

/** A time of day. */
export function time(seconds: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(seconds * 1000);
}

/** How long something took, in the unit that fits. */
export function took(milliseconds: number): string {
  const short = milliseconds < 100;
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: short ? 0 : 1 });
  return short ? `${format.format(milliseconds)} ms` : `${format.format(milliseconds / 1000)} s`;
}

/** A length of a file in the unit that fits. */
export function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step] ?? "byte",
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}

/** A number of guesses in words, such as "1 billion", from its decimal logarithm. */
export function guesses(log10: number): string {
  return new Intl.NumberFormat(language, { notation: "compact", compactDisplay: "long" }).format(
    10 ** Math.floor(Math.min(Math.max(log10, 0), 15)),
  );
}

/** A sentence whose key is put together from what the service says; else something else. */
export function phrase(key: string, otherwise: string): string {
  return Object.hasOwn(en, key) ? say(key as Key) : otherwise;
}

/** What validation found; a code without words speaks for itself. */
export function found({ code, message }: Finding): string {
  return phrase(`finding-${code}`, message);
}

/** What was done to a file after it was signed. */
export function modified({ code, name, page }: Modification): string {
  if (code === "signed" && page !== null)
    return say("signed-over-text", { name: name ?? "", page });
  return say(`change-${code}`, { name: name ?? "", page: page ?? "" });
}

/** What the window says elsewhere: in the panel, or in the list of fields. */
const SAID: PreflightCode[] = ["signing_refused", "signed", "certified", "empty_fields"];

/** What preflight found and nothing else in the window says. */
export function notable(findings: PreflightFinding[]): PreflightFinding[] {
  return findings.filter(({ code }) => !SAID.includes(code));
}

/** What preflight found. */
export function told({ code, words }: PreflightFinding): string {
  return say(`preflight-${code}`, words as Words);
}

/** What happened and what can be done about it. */
export function explain(failure: Failure): { happened: string; advice: string } {
  const words = { time: failure.until === undefined ? "" : time(failure.until) };
  return { happened: say(`err-${failure.code}`), advice: say(`rec-${failure.code}`, words) };
}
