import type { Key } from "../../text";

/** What is wrong with a field, if anything is: the service decides the same anew. */
export type Problem = Key | null;

const length = (text: string): number => [...text].length;
const CONTROL = /\p{Cc}/u;

/** A name as it will stand in a certificate. */
export function name(value: string): Problem {
  if (value.trim() === "") return "field-required";
  return length(value.trim()) > 64 || CONTROL.test(value) ? "field-name-bad" : null;
}

/** Letters and digits of any script, and `.-_@+`. */
export function login(value: string): Problem {
  if (value === "") return "field-required";
  const fits = /^[\p{Alphabetic}\p{N}._@+-]+$/u.test(value) && length(value) <= 64;
  return fits ? null : "field-login-bad";
}

/** ASCII with one `@` between two parts. */
export function email(value: string): Problem {
  if (value === "") return "field-required";
  const fits = /^[!-?A-~]+@[!-?A-~]+$/.test(value) && value.length <= 254;
  return fits ? null : "field-email-bad";
}

/** A reason in words, on one line. */
export function note(value: string): Problem {
  if (value.trim() === "") return "field-required";
  return length(value.trim()) > 200 || CONTROL.test(value) ? "field-note-bad" : null;
}

/**
 * A login for a person of whom name or address is known: initial and last name, such as
 * `i.solheim`, or what stands before the `@`.
 */
export function suggestedLogin(personName: string, address: string): string {
  const words = plain(personName).split(/\s+/).filter(Boolean);
  const [first, last] = [words[0] ?? "", words.at(-1) ?? ""];
  const suggested =
    words.length > 1 ? `${first.slice(0, 1)}.${last}` : first || plain(address.split("@")[0] ?? "");
  return suggested.slice(0, 64);
}

/** Small Latin letters where a letter has one, without what a login may not hold. */
function plain(text: string): string {
  const letters: Record<string, string> = { ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d" };
  return text
    .toLowerCase()
    .replace(/[ßøæœłđ]/g, (letter) => letters[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{Alphabetic}\p{N}._+\s-]/gu, "");
}
