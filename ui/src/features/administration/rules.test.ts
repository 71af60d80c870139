import { describe, expect, it } from "vitest";

import { memory } from "../../ipc/administration-memory";
import { email, login, name, note, suggestedLogin } from "./check";
import { changed, shown } from "./person";
import { next, start, type Event, type Flow } from "./state";
import { watched } from "./watch";
import { ago, countdown, groups, notice } from "./words";

const [someone] = (await memory().people({ search: "larsen", after: null, limit: 1 })).people;
if (!someone) throw new Error("there is somebody");
const status = await memory().status();
const officer = await memory().administrator();
if (!officer) throw new Error("somebody is logged in");

describe("fields", () => {
  it("are judged as the service judges them", () => {
    for (const bad of ["", "a b", "a/b", "a\nb", "x".repeat(65)]) {
      expect(login(bad), bad).toBeTruthy();
    }
    for (const good of ["ana.ruiz@corp", "élodie", "a-b_c+d", "王"]) expect(login(good)).toBeNull();
    for (const bad of ["", "  ", "Ada\u0007", "x".repeat(65)]) expect(name(bad), bad).toBeTruthy();
    for (const good of ["Ana Ruíz", " Ada "]) expect(name(good)).toBeNull();
    for (const bad of ["", "ada", "@b", "a@", "a@b@c", "a b@c", "ädä@example.org"]) {
      expect(email(bad), bad).toBeTruthy();
    }
    expect(email("a@b")).toBeNull();
    for (const bad of ["", " ", "a\nb", "x".repeat(201)]) expect(note(bad), bad).toBeTruthy();
    expect(note(" lost laptop ")).toBeNull();
  });

  it("get a login that the service would take", () => {
    expect(suggestedLogin("Ingrid Solheim", "")).toBe("i.solheim");
    expect(suggestedLogin("Øyvind de la Cruz Nuñez", "x@y")).toBe("o.nunez");
    expect(suggestedLogin("", "jiri.novak@corp.example")).toBe("jiri.novak");
    expect(suggestedLogin("Plato", "")).toBe("plato");
    expect(suggestedLogin("", "")).toBe("");
    expect(login(suggestedLogin("Conan O’Brien (Jr.)", ""))).toBeNull();
  });
});

describe("the flow of the window", () => {
  const open = next(start, { type: "looked", status, administrator: officer });
  const events: Event[] = [
    { type: "looked", status, administrator: officer },
    { type: "looked", status, administrator: null },
    { type: "unreachable", failure: { code: "internal", message: "", detail: "" } },
    {
      type: "founded",
      founded: { fingerprint: "", notices: [] },
      organisation: "Trust",
      login: "m.ortiz",
    },
    { type: "noted" },
    { type: "logged-in", administrator: officer, at: 0 },
    { type: "locked", why: "idle", codeLost: false },
  ];

  it("opens only with a login, and only a lock ends it", () => {
    const walk = (flow: Flow, left: number): void => {
      if (left === 0) return;
      for (const event of events) {
        const to = next(flow, event);
        if (to.state === "open" && flow.state !== "open") {
          expect(["looked", "logged-in"]).toContain(event.type);
        }
        if (flow.state === "open" && to.state !== "open") expect(event.type).toBe("locked");
        walk(to, left - 1);
      }
    };
    walk(start, 5);
  });

  it("takes nothing along through a lock but the login's name", () => {
    const locked = next(open, { type: "locked", why: "now", codeLost: true });
    expect(locked).toEqual({
      state: "locked",
      organisation: "Meridian Harbour Trust",
      login: "m.ortiz",
      why: "now",
      codeLost: true,
    });
  });
});

describe("what is told", () => {
  it("says how long ago something was without counting seconds", () => {
    const now = 1_000_000_000;
    const told = (past: number): string => ago(now / 1000 - past, now);
    expect(told(-5)).toBe("now");
    expect(told(59)).toBe("now");
    expect(told(125)).toBe("2 minutes ago");
    expect(told(5 * 3600)).toBe("5 hours ago");
    expect(told(86_400)).toBe("yesterday");
    expect(told(9 * 86_400)).toBe("9 days ago");
  });

  it("counts down to nothing and no further", () => {
    expect([countdown(90), countdown(9.2), countdown(-3)]).toEqual(["1:30", "0:10", "0:00"]);
  });

  it("groups digits in fours", () => {
    expect(groups("9c417be022")).toEqual(["9c41", "7be0", "22"]);
  });

  it("knows what founding tells, and shows what it does not know", () => {
    expect(notice("this organisation uses a software token: whoever …")).toBe("software_token");
    expect(notice("there is one officer: no four eyes")).toBe("one_officer");
    expect(notice("no keyring service answered: the signing PIN …")).toBe("pin_in_file");
    expect(notice("the moon is full")).toBeNull();
  });

  it("says of a certificate that ends soon how long it lasts", () => {
    const now = Date.now();
    const until = (days: number): number => now / 1000 + days * 86_400 + 60;
    expect(shown({ ...someone, validUntil: until(12) }, now).word).toBe("Expires in 12 d");
    expect(shown({ ...someone, validUntil: until(31) }, now).word).toBe("Active");
    const suspended = { ...someone, status: "suspended" as const, validUntil: until(1) };
    expect(shown(suspended, now).word).toBe("Suspended");
  });

  it("says who changed a status last, and names the owner where it was the owner", () => {
    const change = { at: 1_793_700_000, by: null, note: "my bag is gone" };
    expect(changed({ ...someone, status: "suspended", change })).toMatch(
      /^Suspended on .* by the owner: my bag is gone$/,
    );
    expect(changed(someone)).toBeNull();
  });
});

describe("the watch over the login", () => {
  it("counts every answered act, refused ones too, and tells when there is no login", async () => {
    const acts: number[] = [];
    let over = 0;
    const watch = { acted: (at: number) => void acts.push(at), over: () => void (over += 1) };
    const backend = memory();
    const watching = watched(backend, watch);
    await watching.overview();
    await expect(watching.suspendPerson({ login: "nobody", note: "" })).rejects.toBeTruthy();
    expect([acts.length, over]).toEqual([2, 0]);
    await watching.administrator();
    expect(acts.length).toBe(2);
    await backend.logOut();
    await expect(watching.overview()).rejects.toMatchObject({ code: "not_logged_in" });
    expect([acts.length, over]).toEqual([2, 1]);
  });
});
