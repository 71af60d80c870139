import type { Error as WireError } from "./generated/Error";

/** What a command rejects with. */
export type Failure = WireError;

/** Takes whatever was thrown as a failure; what is no answer of ours is `internal`. */
export function failure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as Failure;
  }
  return { code: "internal", message: "", detail: String(thrown) };
}
