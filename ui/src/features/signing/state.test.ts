import { describe, expect, it } from "vitest";

import { agreement, contractor, refusal, trust, valid } from "../../ipc/samples";
import type { Placement } from "../../ipc/generated/Placement";
import { next, start, STEPS, type Event, type Flow } from "./state";

const place: Placement = { kind: "box", page: 1, rect: { x: 0, y: 0, width: 100, height: 50 } };
const wrong = refusal("wrong_secret");
const signed = { document: { ...agreement, id: "d2", signatures: 1 }, validation: valid };
const opens: Event = { type: "opened", document: agreement };
const places: Event = { type: "placed", place };
const submits: Event = { type: "submitted", request: "r1" };
const events: Event[] = [
  opens,
  { type: "opened", document: { ...agreement, signatures: 1 } },
  places,
  { type: "placed", place: null },
  submits,
  { type: "progressed", request: "r1", step: "signing" },
  { type: "cancel", cancel: "asked" },
  { type: "failed", failure: wrong },
  { type: "signed", signed },
  { type: "read" },
  { type: "validated", document: agreement.id, validation: valid },
  { type: "sign-too" },
  { type: "closed" },
];

function after(...path: Event[]): Flow {
  return path.reduce(next, start);
}

/** Goes every path of so many events, and shows each step to `see`. */
function walk(see: (from: Flow, event: Event, to: Flow) => void, left: number, from = start): void {
  if (left === 0) return;
  for (const event of events) {
    const to = next(from, event);
    see(from, event, to);
    // What changes nothing leads nowhere new.
    if (to !== from) walk(see, left - 1, to);
  }
}

describe("the flow of one signature", () => {
  it("goes from opening over placing and signing to the validated result", () => {
    expect(after(opens).state).toBe("placing");
    expect(after(opens, places).state).toBe("ready");
    expect(after(opens, places, submits).state).toBe("signing");
    const done = after(opens, places, submits, { type: "signed", signed });
    expect(done).toEqual({ state: "signed", ...signed });
  });

  it("reaches no result but through signing, and never without a validation", () => {
    walk((from, _event, to) => {
      if (to.state !== "signed" || from.state === "signed") return;
      expect(from.state).toBe("signing");
      expect(to.validation).toBe(valid);
    }, 6);
  });

  it("holds a failure only where one was told, and only until something else is done", () => {
    walk((from, event, to) => {
      const [before, now] = [from, to].map((flow) => ("failure" in flow ? flow.failure : null));
      if (now === null || now === before) return;
      expect(event.type).toBe("failed");
      expect(now).toBe(wrong);
    }, 6);
    const refused = after(opens, places, submits, { type: "failed", failure: wrong });
    expect(next(refused, { type: "placed", place })).toHaveProperty("failure", null);
  });

  it("keeps place and document after a refusal, so that only the secret is typed again", () => {
    const refused = after(opens, places, submits, { type: "failed", failure: wrong });
    expect(refused).toEqual({ state: "ready", document: agreement, place, failure: wrong });
  });

  it("shows a signed document's signatures before anything else", () => {
    const flow = after({ type: "opened", document: { ...agreement, signatures: 1 } });
    expect(flow.state).toBe("reading");
    expect(next(flow, { type: "sign-too" }).state).toBe("placing");
  });

  it("offers no signing where the document refuses it", () => {
    const document = { ...agreement, refusal: refusal("pdf_forbids") };
    const flow = after({ type: "opened", document });
    expect(flow.state).toBe("reading");
    expect(next(flow, { type: "sign-too" })).toBe(flow);
  });

  it("lets nothing but an answer end a signature that is under way", () => {
    const signing = after(opens, places, submits);
    for (const event of events) {
      const answer = event.type === "signed" || event.type === "failed";
      expect(next(signing, event).state === "signing", event.type).toBe(!answer);
    }
  });

  it("takes steps only onwards, and only those of its own request", () => {
    let flow = after(opens, places, submits);
    for (const step of STEPS) {
      flow = next(flow, { type: "progressed", request: "r1", step });
      expect(flow).toHaveProperty("step", step);
      expect(next(flow, { type: "progressed", request: "r1", step: "reading" })).toBe(flow);
    }
    const fresh = after(opens, places, submits);
    expect(next(fresh, { type: "progressed", request: "r9", step: "signing" })).toBe(fresh);
  });

  it("can be cancelled until the secret is judged, and never after", () => {
    for (const step of STEPS) {
      const flow = after(opens, places, submits, { type: "progressed", request: "r1", step });
      const late = step !== "reading" && step !== "proving";
      expect(flow).toHaveProperty("cancel", late ? "late" : "no");
      const asked = next(flow, { type: "cancel", cancel: "asked" });
      expect(asked).toHaveProperty("cancel", late ? "late" : "asked");
      // What was asked too late turns out to be so with the next step.
      const judged = next(asked, { type: "progressed", request: "r1", step: "authenticating" });
      if (step !== "authenticating") expect(judged).toHaveProperty("cancel", "late");
    }
  });

  it("signs in the only field that waits, and asks where there are several or none", () => {
    const open = (fields: (typeof trust)[]): Flow =>
      after({ type: "opened", document: { ...agreement, fields } });
    const done = { ...contractor, signed: true };
    expect(open([done, trust])).toHaveProperty("place", { kind: "field", name: "Trust" });
    expect(open([contractor, trust]).state).toBe("placing");
    expect(open([done]).state).toBe("placing");
    expect(open([{ ...trust, page: null, rect: null }]).state).toBe("placing");
  });

  it("does not take the validation of another document", () => {
    const flow = after({ type: "opened", document: { ...agreement, signatures: 1 } });
    const other = next(flow, { type: "validated", document: "d9", validation: valid });
    expect(other).toEqual(flow);
  });
});
