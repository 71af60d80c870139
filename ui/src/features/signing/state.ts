import type { Failure } from "../../ipc/error";
import type { OpenedDocument } from "../../ipc/generated/OpenedDocument";
import type { Placement } from "../../ipc/generated/Placement";
import type { SignedDocument } from "../../ipc/generated/SignedDocument";
import type { SigningStep } from "../../ipc/generated/SigningStep";
import type { Validation } from "../../ipc/generated/Validation";
import { emptyFields, isShown } from "../document/taken";

/** What is being done, in its order. */
export const STEPS: readonly SigningStep[] = [
  "reading",
  "proving",
  "authenticating",
  "signing",
  "writing",
  "validating",
];

/** Whether a signature under way is being stopped: `late` if it cannot be any more. */
export type Cancel = "no" | "asked" | "late";

/** Where the flow stands. The secret is in none of these: it goes from its field to the request. */
export type Flow =
  | { state: "empty"; failure: Failure | null }
  | { state: "placing"; document: OpenedDocument; place: null; failure: Failure | null }
  | { state: "ready"; document: OpenedDocument; place: Placement; failure: Failure | null }
  | {
      state: "signing";
      document: OpenedDocument;
      place: Placement;
      request: string;
      /** What is being done; nothing was told yet. */
      step: SigningStep | null;
      cancel: Cancel;
    }
  | { state: "signed"; document: OpenedDocument; validation: Validation }
  | { state: "reading"; document: OpenedDocument; validation: Validation | null };

export type Event =
  | { type: "opened"; document: OpenedDocument }
  | { type: "placed"; place: Placement | null }
  | { type: "submitted"; request: string }
  | { type: "progressed"; request: string; step: SigningStep }
  | { type: "cancel"; cancel: Exclude<Cancel, "no"> }
  | { type: "failed"; failure: Failure }
  | { type: "signed"; signed: SignedDocument }
  | { type: "read" }
  | { type: "validated"; document: string; validation: Validation }
  | { type: "sign-too" }
  | { type: "closed" };

export const start: Flow = { state: "empty", failure: null };

/** The next state; what does not fit the current one changes nothing. */
export function next(flow: Flow, event: Event): Flow {
  switch (event.type) {
    case "opened":
      // A signature under way is seen to its end: its result must not be lost.
      return flow.state === "signing" ? flow : opened(event.document);
    case "placed":
      return flow.state === "placing" || flow.state === "ready"
        ? placed(flow.document, event.place)
        : flow;
    case "submitted":
      return flow.state === "ready"
        ? {
            state: "signing",
            document: flow.document,
            place: flow.place,
            request: event.request,
            step: null,
            cancel: "no",
          }
        : flow;
    case "progressed":
      return flow.state === "signing" && flow.request === event.request
        ? progressed(flow, event.step)
        : flow;
    case "cancel":
      return flow.state === "signing" && flow.cancel !== "late"
        ? { ...flow, cancel: event.cancel }
        : flow;
    case "failed":
      // Also where what it takes could not be had, before anything was submitted.
      return flow.state === "signing" || flow.state === "ready"
        ? { state: "ready", document: flow.document, place: flow.place, failure: event.failure }
        : flow;
    case "signed":
      // The only way to "signed": the re-read file with its validation in hand.
      return flow.state === "signing" ? { state: "signed", ...event.signed } : flow;
    case "read":
      return flow.state === "placing" || flow.state === "ready" || flow.state === "signed"
        ? { state: "reading", document: flow.document, validation: null }
        : flow;
    case "validated":
      // A document that was just signed is judged anew where whom one trusts has changed.
      return (flow.state === "reading" || flow.state === "signed") &&
        flow.document.id === event.document
        ? { ...flow, validation: event.validation }
        : flow;
    case "sign-too":
      return (flow.state === "signed" || flow.state === "reading") && !flow.document.refusal
        ? placed(flow.document, preset(flow.document))
        : flow;
    case "closed":
      return flow.state === "signing" ? flow : start;
  }
}

function opened(document: OpenedDocument): Flow {
  return document.signatures > 0 || document.refusal
    ? { state: "reading", document, validation: null }
    : placed(document, preset(document));
}

function placed(document: OpenedDocument, place: Placement | null): Flow {
  return place
    ? { state: "ready", document, place, failure: null }
    : { state: "placing", document, place: null, failure: null };
}

/** The only empty field is where to sign, if nobody says otherwise. */
function preset(document: OpenedDocument): Placement | null {
  const [only, another] = emptyFields(document);
  return only && !another && isShown(only) ? { kind: "field", name: only.name } : null;
}

/** Steps only go on; from the judgement of the secret on it is too late to cancel. */
function progressed(flow: Extract<Flow, { state: "signing" }>, step: SigningStep): Flow {
  const [before, now] = [flow.step ? STEPS.indexOf(flow.step) : -1, STEPS.indexOf(step)];
  if (now <= before) return flow;
  const late = now >= STEPS.indexOf("authenticating");
  return { ...flow, step, cancel: late ? "late" : flow.cancel };
}
