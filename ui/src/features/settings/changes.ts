import type { Level } from "../../ipc/generated/Level";
import type { SetSignatureSettings } from "../../ipc/generated/SetSignatureSettings";
import type { SignatureSettings } from "../../ipc/generated/SignatureSettings";
import { say, type Key } from "../../text";

export const LEVELS: readonly Level[] = ["b-b", "b-t", "b-lt", "b-lta"];

/** What a form begins with, and what is sent if nothing is changed. */
export function request(settings: SignatureSettings): SetSignatureSettings {
  return {
    level: settings.level,
    timestampAuthorities: [...settings.timestampAuthorities],
    timestampAnchors: settings.timestampAnchors.map(({ entry }) => entry),
    localAuthorities: [...settings.localAuthorities],
  };
}

/** An address of HTTP that names a host, and carries no name or password. */
export function address(value: string): Key | null {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return "settings-authority-bad";
  }
  const fits =
    /^https?:\/\/[^/\s@]+/.test(value) &&
    url.username === "" &&
    url.password === "" &&
    /^[a-z0-9._:[\]-]+$/i.test(url.hostname);
  return fits && value.length <= 2048 ? null : "settings-authority-bad";
}

/** A name or number of a host. */
export function host(value: string): Key | null {
  return /^[a-z0-9._:[\]-]{1,253}$/i.test(value) ? null : "settings-host-bad";
}

/** What saving changes, a sentence each; `name` says what an anchor is called. */
export function changes(
  before: SetSignatureSettings,
  after: SetSignatureSettings,
  name: (entry: string) => string,
): string[] {
  const lists = [
    [before.timestampAuthorities, after.timestampAuthorities, (one: string) => one],
    [before.timestampAnchors, after.timestampAnchors, name],
    [before.localAuthorities, after.localAuthorities, (one: string) => one],
  ] as const;
  const found = lists.flatMap(([from, to, called]) => [
    ...to
      .filter((one) => !from.includes(one))
      .map((one) => say("settings-added", { what: called(one) })),
    ...from
      .filter((one) => !to.includes(one))
      .map((one) => say("settings-removed", { what: called(one) })),
  ]);
  const [from, to] = [before.level ?? "b-b", after.level ?? "b-b"];
  if (from !== to) {
    const words = { from: say(`settings-level-${from}`), to: say(`settings-level-${to}`) };
    found.unshift(say("settings-from-to", words));
  }
  const order = before.timestampAuthorities.join("\n") !== after.timestampAuthorities.join("\n");
  if (order && !lists[0][1].some((one) => !lists[0][0].includes(one))) {
    if (lists[0][0].length === lists[0][1].length) found.push(say("settings-reordered"));
  }
  return found;
}
