import type { IconName } from "../../components/Icon.svelte";
import type { IdentityStatus } from "../../ipc/generated/IdentityStatus";
import type { Person } from "../../ipc/generated/Person";
import { say } from "../../text";
import { date } from "./words";

/** From when on a certificate's end is told, in days. */
const SOON = 30;

const shapes: Record<IdentityStatus, [IconName, string]> = {
  active: ["s-good", "good"],
  not_activated: ["mail", "muted"],
  suspended: ["pause", "bad"],
  revoked: ["s-bad", "bad"],
  expired: ["s-caution", "caution"],
  damaged: ["s-bad", "bad"],
};

/** The state of a person's key: a shape with a sign, a tone and a word. */
export interface Shown {
  icon: IconName;
  tone: string;
  word: string;
}

/** How a person's key stands at `now` (in ms). */
export function shown(person: Person, now: number): Shown {
  const [icon, tone] = shapes[person.status];
  const days = person.validUntil === null ? SOON : (person.validUntil - now / 1000) / 86_400;
  if (person.status === "active" && days < SOON) {
    const word = say("state-expires", { days: Math.max(0, Math.floor(days)) });
    return { icon: "s-caution", tone: "caution", word };
  }
  return { icon, tone, word: say(`state-${person.status}`) };
}

/** The newest change of status as a sentence: who did what, when and why. */
export function changed(person: Person): string | null {
  const { change, status } = person;
  if (!change) return null;
  const what = status === "suspended" || status === "revoked" ? status : "resumed";
  const by = change.by ?? say("changed-by-owner");
  return say(`changed-${what}`, { date: date(change.at), by, note: change.note });
}
