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

/** What an attack is, in words; on a token whose keys only sign, or on the one with the master. */
export function attackName(id: string, signs = false): string {
  if (signs && id === "A8") return say("attack-A8-signs");
  const found = KNOWN.find((one) => one === id);
  return found ? say(`attack-${found}`) : id;
}
