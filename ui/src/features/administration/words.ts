import type { Notice } from "../../ipc/generated/Notice";
import { known, say, spoken } from "../../text";

/** Numbers and dates are written as the person's system writes them. */
const language = known(navigator.language);

/** A number with its thousands apart. */
export function count(number: number): string {
  return new Intl.NumberFormat(language).format(number);
}

/** A duration in ms, of so many µs: one digit after the point tells enough. */
export function milliseconds(microseconds: number): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(microseconds / 1000);
}

/** A day, short enough for a table. */
export function date(seconds: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(seconds * 1000);
}

/** A day and a time of day, to the minute. */
export function minute(seconds: number): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(
    seconds * 1000,
  );
}

/** A time of day, to the minute. */
export function clock(milliseconds: number): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(milliseconds);
}

/** How long ago something was (`now` in ms); it stands in a sentence, so it is in its language. */
export function ago(seconds: number, now: number): string {
  const past = Math.max(0, now / 1000 - seconds);
  const format = new Intl.RelativeTimeFormat(spoken, { numeric: "auto" });
  const units = [
    [60, "second", 1],
    [3600, "minute", 60],
    [86_400, "hour", 3600],
    [Infinity, "day", 86_400],
  ] as const;
  for (const [below, unit, length] of units) {
    // Counting single seconds would only be restless.
    if (past < below)
      return format.format(-Math.floor(unit === "second" ? 0 : past / length), unit);
  }
  return "";
}

/** What is left, as minutes and seconds. */
export function countdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Hexadecimal digits in groups of four: what a person can compare. */
export function groups(hex: string): string[] {
  return hex.match(/.{1,4}/g) ?? [];
}

/** Kinds of keys that can be made. */
export const KEY_KINDS = [
  "p256",
  "p384",
  "p521",
  "rsa2048",
  "rsa3072",
  "rsa4096",
  "rsa2048-pss",
  "rsa3072-pss",
  "rsa4096-pss",
] as const;

/** The name of a kind of key. */
export function keyKind(kind: string): string {
  const found = KEY_KINDS.find((one) => one === kind);
  return found ? say(`key-${found}`) : kind;
}

/** The name of a kind of key where one is chosen, with what is worth knowing. */
export function keyChoice(kind: (typeof KEY_KINDS)[number]): string {
  return kind === "p256" || kind === "rsa3072" || kind === "rsa4096"
    ? say(`key-${kind}-more`)
    : say(`key-${kind}`);
}

/** Founding tells in sentences what the overview tells by code: this finds the code. */
export function notice(sentence: string): Notice | null {
  const signs: [RegExp, Notice][] = [
    [/software token/, "software_token"],
    [/one officer/, "one_officer"],
    [/keyring/, "pin_in_file"],
  ];
  return signs.find(([sign]) => sign.test(sentence))?.[1] ?? null;
}
