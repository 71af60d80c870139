import { cleanup, configure, render, screen, waitFor } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";

import AdminApp from "../../AdminApp.svelte";
import { memory, SECRET, scenes, type Answers } from "../../ipc/administration-memory";
import { turning } from "../../ipc/custody-samples";
import { play, type Play } from "../../ipc/scene";
import { say } from "../../text";
import { address, changes, host } from "../settings/changes";

// A busy machine needs longer than is usual; nothing here waits for time to pass.
vi.setConfig({ testTimeout: 30_000 });
configure({ asyncUtilTimeout: 10_000 });

afterEach(cleanup);

async function on(page: string, answers: Partial<Answers> = {}): Promise<Play> {
  render(AdminApp, { backend: memory(answers) });
  const hand = play(document);
  await hand.click(`nav-${page}`);
  return hand;
}

describe("a rotation", () => {
  it("is begun only when the master in force is typed", async () => {
    const hand = await on("hsm");
    await hand.click("rotate-prepare");
    const deed = screen.getByTestId<HTMLButtonElement>("prepare-deed");
    expect(deed).toBeDisabled();
    await hand.type("prepare-typed", "wk-2");
    await hand.click("prepare-deed");
    expect(await hand.find("prepare-typed-problem")).toHaveTextContent("wk-1");
    await hand.type("prepare-typed", "wk-1");
    await hand.click("prepare-deed");
    await hand.find("rotate-start");
    expect(screen.getByTestId("master-wk-2")).toHaveTextContent(say("master-next"));
  });

  it("cannot be ended while keys remain, and says how many and whose", async () => {
    const hand = await on("hsm", { keysAndHsm: turning({ moved: 2000, toMove: 0 }) });
    expect(await hand.find("finish-off")).toHaveTextContent("3");
    expect(screen.getByTestId("rotate-finish")).toBeDisabled();
    expect(screen.getByTestId("remaining")).toHaveTextContent("ana.ruiz, ben.solheim, m.ortiz");
    await hand.click("rotate-rekey");
    await hand.type("rekey-secret", SECRET);
    await hand.click("rekey-deed");
    await hand.find("rekeyed");
    await waitFor(() => expect(screen.getByTestId("remaining")).not.toHaveTextContent("m.ortiz"));
  });

  it("is not called paused from the moment it is resumed", async () => {
    const hand = await on("hsm", {
      keysAndHsm: turning({ phase: "paused" }),
      silent: ["rotateMaster"],
    });
    expect(await hand.find("rotation-state")).toHaveTextContent(/^Paused/);
    await hand.click("rotate-resume");
    await hand.find("rotate-pause");
    const words = { from: "wk-1", to: "wk-2" };
    expect(screen.getByTestId("rotation-state")).toHaveTextContent(say("rotate-running", words));
  });
});

describe("a backup", () => {
  it("is not made where no place is chosen, and the window keeps no secret", async () => {
    const hand = await on("backup", { backupMade: null });
    await hand.type("backup-secret", SECRET);
    await hand.click("backup-make-deed");
    await waitFor(() => expect(document.body).toHaveTextContent(say("backup-make-cancelled")));
    expect(screen.getByTestId<HTMLInputElement>("backup-secret").value).toBe("");
  });
});

describe("a changed module", () => {
  it("is accepted only by who types of the hash that is there, and then the login is open", async () => {
    const scene = scenes["login-module-accepted"];
    render(AdminApp, { backend: memory(scene?.answers) });
    const hand = play(document);
    await scene?.play?.(hand);
    expect(screen.getByTestId("mended")).toHaveTextContent(say("module-done"));
    await hand.type("login-secret", SECRET);
    await hand.click("login-deed");
    await hand.find("nav-overview");
  });
});

describe("settings for signatures", () => {
  it("are saved only when something is changed and nothing is wrong", async () => {
    const hand = await on("settings");
    const save = await hand
      .find<HTMLElement>("settings-form")
      .then(() => screen.getByTestId("settings-save"));
    expect(save).toBeDisabled();
    await hand.type("authority-0", "time.meridian.example");
    await hand.click("settings-save");
    expect(screen.getByTestId("settings-said")).toHaveTextContent(say("settings-wrong"));
    await hand.type("authority-0", "http://time2.meridian.example/tsa");
    await hand.click("settings-save");
    await waitFor(() =>
      expect(screen.getByTestId("settings-said")).toHaveTextContent(say("settings-saved")),
    );
    expect(save).toBeDisabled();
  });

  it("say what will change: the level, what is added, what is removed, the order", () => {
    const before = {
      level: null,
      timestampAuthorities: ["http://a/", "http://b/"],
      timestampAnchors: ["x"],
      localAuthorities: [],
    };
    const named = (entry: string): string => entry.toUpperCase();
    expect(changes(before, before, named)).toEqual([]);
    const turned = { ...before, timestampAuthorities: ["http://b/", "http://a/"] };
    expect(changes(before, turned, named)).toEqual([say("settings-reordered")]);
    const after = { ...before, level: "b-t" as const, timestampAnchors: ["y"] };
    expect(changes(before, after, named)).toHaveLength(3);
    expect(changes(before, after, named)[1]).toBe(say("settings-added", { what: "Y" }));
  });

  it("know an address and a host when they see one", () => {
    for (const good of ["http://time.example/tsa", "https://10.0.0.1:3161/"]) {
      expect(address(good)).toBeNull();
    }
    for (const bad of ["", "time.example", "ftp://a", "http://", "http://me:it@a/", "http:// a"]) {
      expect(address(bad), bad).not.toBeNull();
    }
    expect(host("pki.internal")).toBeNull();
    for (const bad of ["", "http://pki", "pki/crl", "a b"]) expect(host(bad), bad).not.toBeNull();
  });
});
