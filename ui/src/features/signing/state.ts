import type { Failure } from "../../ipc/error";
import type { OpenedDocument } from "../../ipc/generated/OpenedDocument";
import type { Rect } from "../../ipc/generated/Rect";
import type { SignedDocument } from "../../ipc/generated/SignedDocument";
import type { Validation } from "../../ipc/generated/Validation";

/** A box on a page. */
export interface Place {
  page: number;
  rect: Rect;
}

/** Where the flow stands. The secret is in none of these: it goes from its field to the request. */
export type Flow =
  | { state: "empty"; failure: Failure | null }
  | { state: "placing"; document: OpenedDocument; place: null; failure: Failure | null }
  | { state: "ready"; document: OpenedDocument; place: Place; failure: Failure | null }
  | { state: "signing"; document: OpenedDocument; place: Place }
  | { state: "signed"; document: OpenedDocument; validation: Validation }
  | { state: "reading"; document: OpenedDocument; validation: Validation | null };

export type Event =
  | { type: "opened"; document: OpenedDocument }
  | { type: "refused"; failure: Failure }
  | { type: "placed"; place: Place }
  | { type: "unplaced" }
  | { type: "submitted" }
  | { type: "failed"; failure: Failure }
  | { type: "signed"; signed: SignedDocument }
  | { type: "validated"; document: string; validation: Validation }
  | { type: "sign-another" }
  | { type: "closed" };

export const start: Flow = { state: "empty", failure: null };

/** The next state; what does not fit the current one changes nothing. */
export function next(flow: Flow, event: Event): Flow {
  switch (event.type) {
    case "opened":
      // A signature under way is seen to its end: its result must not be lost.
      return flow.state === "signing" ? flow : opened(event.document);
    case "refused":
      return "failure" in flow ? { ...flow, failure: event.failure } : flow;
    case "placed":
      return flow.state === "placing" || flow.state === "ready"
        ? { state: "ready", document: flow.document, place: event.place, failure: null }
        : flow;
    case "unplaced":
      return flow.state === "ready"
        ? { state: "placing", document: flow.document, place: null, failure: null }
        : flow;
    case "submitted":
      return flow.state === "ready"
        ? { state: "signing", document: flow.document, place: flow.place }
        : flow;
    case "failed":
      return flow.state === "signing"
        ? { state: "ready", document: flow.document, place: flow.place, failure: event.failure }
        : flow;
    case "signed":
      // The only way to "signed": the re-read file with its validation in hand.
      return flow.state === "signing" ? { state: "signed", ...event.signed } : flow;
    case "validated":
      return flow.state === "reading" && flow.document.id === event.document
        ? { ...flow, validation: event.validation }
        : flow;
    case "sign-another":
      return flow.state === "signed" || flow.state === "reading"
        ? { state: "placing", document: flow.document, place: null, failure: null }
        : flow;
    case "closed":
      return flow.state === "signing" ? flow : start;
  }
}

function opened(document: OpenedDocument): Flow {
  return document.signatures > 0 || document.refusal
    ? { state: "reading", document, validation: null }
    : { state: "placing", document, place: null, failure: null };
}
