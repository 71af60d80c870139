import { describe, expect, it } from "vitest";

import type { Failure } from "../../ipc/error";
import { agreement, valid } from "../../ipc/memory";
import { next, start, type Event, type Flow } from "./state";

const place = { page: 1, rect: { x: 0, y: 0, width: 100, height: 50 } };
const wrong: Failure = { code: "wrong_secret", message: "", detail: "" };
const signed = { document: { ...agreement, id: "d2", signatures: 1 }, validation: valid };
const events: Event[] = [
  { type: "opened", document: agreement },
  { type: "opened", document: { ...agreement, signatures: 1 } },
  { type: "refused", failure: wrong },
  { type: "placed", place },
  { type: "unplaced" },
  { type: "submitted" },
  { type: "failed", failure: wrong },
  { type: "signed", signed },
  { type: "validated", document: agreement.id, validation: valid },
  { type: "sign-another" },
  { type: "closed" },
];

function after(...path: Event[]): Flow {
  return path.reduce(next, start);
}

describe("the flow of one signature", () => {
  it("goes from opening over placing and signing to the validated result", () => {
    const [opened, placed] = [events[0] as Event, events[3] as Event];
    expect(after(opened).state).toBe("placing");
    expect(after(opened, placed).state).toBe("ready");
    expect(after(opened, placed, { type: "submitted" }).state).toBe("signing");
    const done = after(opened, placed, { type: "submitted" }, { type: "signed", signed });
    expect(done).toEqual({ state: "signed", ...signed });
  });

  it("reaches no result but through signing, and never without a validation", () => {
    // Every path of five events: wherever it ends in "signed", the step before was "signing".
    const walk = (flow: Flow, left: number): void => {
      if (left === 0) return;
      for (const event of events) {
        const to = next(flow, event);
        if (to.state === "signed" && flow.state !== "signed") {
          expect(flow.state).toBe("signing");
          expect(to.validation).toBe(valid);
        }
        walk(to, left - 1);
      }
    };
    walk(start, 5);
  });

  it("keeps place and reason after a refusal, so that only the secret is typed again", () => {
    const [opened, placed] = [events[0] as Event, events[3] as Event];
    const refused = after(
      opened,
      placed,
      { type: "submitted" },
      { type: "failed", failure: wrong },
    );
    expect(refused).toEqual({ state: "ready", document: agreement, place, failure: wrong });
  });

  it("shows a signed document's signatures before anything else", () => {
    const flow = after({ type: "opened", document: { ...agreement, signatures: 1 } });
    expect(flow.state).toBe("reading");
    expect(next(flow, { type: "sign-another" }).state).toBe("placing");
  });

  it("lets nothing but an answer end a signature that is under way", () => {
    const [opened, placed] = [events[0] as Event, events[3] as Event];
    const signing = after(opened, placed, { type: "submitted" });
    for (const event of events) {
      const answer = event.type === "signed" || event.type === "failed";
      expect(next(signing, event).state === "signing", event.type).toBe(!answer);
    }
  });

  it("does not take the validation of another document", () => {
    const flow = after({ type: "opened", document: { ...agreement, signatures: 1 } });
    const other = next(flow, { type: "validated", document: "d9", validation: valid });
    expect(other).toEqual(flow);
  });
});
