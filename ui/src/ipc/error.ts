import type { Error as WireError } from "./generated/Error";

/** What a command rejects with. */
export type Failure = WireError;

/** Takes whatever was thrown as a failure; what is no answer of ours is `internal`. */
export function failure(thrown: unknown): Failure {
  // A DOMException has a code and a message, too.
  const ours = ["code", "message", "detail"];
  if (typeof thrown === "object" && thrown !== null && ours.every((name) => name in thrown)) {
    return thrown as Failure;
  }
  return { code: "internal", message: "", detail: String(thrown) };
}
