import { say } from "../../text";

/** The attacks that have words, by their ids. */
const KNOWN = [
  "A1",
  "A2",
  "A3",
  "A4",
  "A5",
  "A6",
  "A7",
  "A8",
  "A12",
  "A13",
  "A14",
  "A15",
  "A16",
  "A19",
] as const;

/** What an attack is, in words. */
export function attackName(id: string): string {
  const found = KNOWN.find((one) => one === id);
  return found ? say(`attack-${found}`) : id;
}
