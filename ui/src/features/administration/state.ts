import type { Failure } from "../../ipc/error";
import type { Administrator } from "../../ipc/generated/Administrator";
import type { FoundedOrganisation } from "../../ipc/generated/FoundedOrganisation";
import type { Status } from "../../ipc/generated/Status";

/** Why a window is locked that was open. */
export type Why = "idle" | "now";

/**
 * Where the window stands. Whatever an officer sees hangs on "open" and is gone with it; no secret
 * and no code is in any of these.
 */
export type Flow =
  | { state: "starting" }
  | { state: "unreachable"; failure: Failure }
  | { state: "unfounded" }
  | { state: "founded"; founded: FoundedOrganisation; organisation: string; login: string }
  | {
      state: "locked";
      organisation: string;
      login: string;
      why: Why | null;
      /** Whether a code was on the screen, or being made, that nobody has handed over yet. */
      codeLost: boolean;
    }
  | {
      state: "open";
      organisation: string;
      administrator: Administrator;
      /** When the login was made here, in ms; unknown if it was found. */
      since: number | null;
    };

export type Event =
  | { type: "looked"; status: Status; administrator: Administrator | null }
  | { type: "unreachable"; failure: Failure }
  | { type: "founded"; founded: FoundedOrganisation; organisation: string; login: string }
  | { type: "noted" }
  | { type: "logged-in"; administrator: Administrator; at: number }
  | { type: "locked"; why: Why; codeLost: boolean };

export const start: Flow = { state: "starting" };

/** The next state; what does not fit the current one changes nothing. */
export function next(flow: Flow, event: Event): Flow {
  switch (event.type) {
    case "looked":
      return flow.state === "starting" || flow.state === "unreachable" ? looked(event) : flow;
    case "unreachable":
      return flow.state === "starting" || flow.state === "unreachable"
        ? { state: "unreachable", failure: event.failure }
        : flow;
    case "founded": {
      const { founded, organisation, login } = event;
      return flow.state === "unfounded" ? { state: "founded", founded, organisation, login } : flow;
    }
    case "noted":
      return flow.state === "founded" ? locked(flow.organisation, flow.login) : flow;
    case "logged-in": {
      const { administrator, at } = event;
      return flow.state === "locked"
        ? { state: "open", organisation: flow.organisation, administrator, since: at }
        : flow;
    }
    case "locked":
      // The only way out of "open": nothing of it is taken along but who may come back.
      return flow.state === "open"
        ? {
            ...locked(flow.organisation, flow.administrator.login),
            why: event.why,
            codeLost: event.codeLost,
          }
        : flow;
  }
}

function locked(organisation: string, login: string): Extract<Flow, { state: "locked" }> {
  return { state: "locked", organisation, login, why: null, codeLost: false };
}

function looked({ status, administrator }: Extract<Event, { type: "looked" }>): Flow {
  const organisation = status.organisation?.name ?? "";
  if (administrator) return { state: "open", organisation, administrator, since: null };
  if (status.organisation) return locked(organisation, "");
  // An organisation that cannot be opened is not one that was never founded.
  return status.token.state === "not_set_up"
    ? { state: "unfounded" }
    : {
        state: "unreachable",
        failure: { code: "organisation_unreadable", message: "", detail: status.token.detail },
      };
}
