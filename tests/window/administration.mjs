// What an administrator does, in the window of that name.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** Logs in, after a wrong secret was refused; shoots the first page. */
export async function logIn(window, officer, shots, shown) {
  await window.type("login-login", officer.login);
  await window.type("login-secret", "a loud harbour at dusk");
  await window.click("login-deed");
  await window.waitForText("error-line", /\S/);
  await window.waitFor("the secret is emptied", async () => {
    return (await window.value("login-secret")) === "";
  });
  shown("an administrator's wrong secret is refused in place");

  await window.type("login-secret", officer.secret);
  await window.click("login-deed");
  await window.waitForText("token-state", /Ready/);
  await window.shoot(shots, "overview");
  shown("an officer logs in and sees the state of the token in one word");
}

/** Enrols a person; returns the one-time code. */
export async function enrol(window, person, shots, shown) {
  await window.click("nav-people");
  await window.click("enrol-one");
  await window.type("enrol-name", person.name);
  await window.type("enrol-email", `${person.login}@example.org`);
  await window.type("enrol-login", person.login);
  await window.click("enrol-deed");
  const code = (await window.waitForText("code", /\S/)).trim();
  await window.shoot(shots, "enrolled");
  await window.click("code-given");
  await window.click("code-done");
  await window.waitForText(`row-${person.login}`, new RegExp(person.name));
  const html = await window.run("return document.documentElement.outerHTML");
  assert.ok(!html.includes(code), "the code is shown once");
  await window.shoot(shots, "people");
  shown("a person is enrolled with four fields, and the code is shown once");
  return code;
}

/** Suspends a person; the certificate is on the list that others read. */
export async function suspend(window, person, list, shots, shown) {
  const before = await readFile(list);
  await window.click("nav-people");
  await window.click(`row-${person.login}`);
  await window.click("act-suspend");
  await window.type("act-note", "lost laptop");
  await window.click("act-deed");
  await window.waitForText("person-change", /lost laptop/);
  assert.ok(!(await readFile(list)).equals(before), "the revocation list is written with the act");
  await window.shoot(shots, "suspended");
  shown("a suspension says who, when and why, and the revocation list is written with it");
}

/** Locks the window: what was shown is gone, and so is the login. */
export async function lock(window, officer, shown) {
  await window.click("lock-now");
  await window.waitFor("the login is asked for again", async () => {
    return (await window.value("login-secret")) === "";
  });
  const html = await window.run("return document.documentElement.outerHTML");
  assert.ok(!html.includes(officer.secret), "no secret stays in the window");
  const refused = await window.run(`
    return window.__TAURI_INTERNALS__
      .invoke("people", { request: { search: null, after: null, limit: 10 } })
      .then(() => "answered", (error) => error.code);
  `);
  assert.equal(refused, "not_logged_in");
  shown("a locked window shows and answers nothing more");
}

/** Has the token attacked from the window, and reads the verdicts. */
export async function probe(window, shots, shown) {
  await window.click("nav-hsm");
  await window.click("probe-again");
  await window.waitForText("assurance", /trial/);
  await window.click("attack-A5");
  await window.waitForText("attack-detail", /C_WrapKey/);
  await window.shoot(shots, "probe");
  shown("the token is attacked from the window, and each attack has its verdict and its calls");
}

/** Reads the log, of one person alone and of all. */
export async function readLog(window, person, shots, shown) {
  await window.click("nav-audit");
  await window.waitForText("log", new RegExp(person.login));
  await window.type("audit-person", "nobody-of-that-name");
  await window.waitFor("no row is left", async () => {
    return !new RegExp(person.login).test(await window.text('[data-testid="log"]'));
  });
  await window.type("audit-person", person.login);
  await window.waitForText("log", new RegExp(person.login));
  await window.shoot(shots, "log");
  shown("the log says in the window who did what, and is filtered by person");
}

/** Has both tokens used, and rotates the master until only a new key of the officer's is missing. */
export async function rotate(window, officer, shots, shown) {
  await window.click("nav-hsm");
  await window.waitForText("signing-state", /Ready/);
  await window.waitForText("issuing-state", /Ready/);
  await window.waitForText("masters", /wk-1/);
  await window.shoot(shots, "hsm");
  shown("both tokens are used for real, and each master says how many keys are under it");

  await window.click("rotate-prepare");
  await window.type("prepare-typed", "wk-2");
  await window.click("prepare-deed");
  await window.waitForText("prepare-typed-problem", /not wk-1/);
  await window.type("prepare-typed", "wk-1");
  await window.click("prepare-deed");
  await window.waitForText("rotation-state", /wk-2 is made and proven/);
  await window.shoot(shots, "rotation-prepared");
  await window.click("rotate-start");
  await window.type("start-typed", "wk-2");
  await window.click("start-deed");
  await window.waitForText("finish-off", /2 keys are still under wk-1/);
  await window.waitForText("remaining", new RegExp(officer.login));
  await window.shoot(shots, "rotation-remaining");
  shown("a rotation is begun with what follows from it confirmed, and not ended while keys remain");

  await window.click("rotate-rekey");
  await window.type("rekey-secret", officer.secret);
  await window.click("rekey-deed");
  await window.waitForText("finish-off", /1 key is still under wk-1/);
  const html = await window.run("return document.documentElement.outerHTML");
  assert.ok(!html.includes(officer.secret), "no secret stays in the window");
  shown("an officer replaces the own key and goes on with the new one");
}

/** Looks at the backup, and sets a host of the own network. */
export async function keep(window, shots, shown) {
  await window.click("nav-backup");
  await window.waitForText("backup-state", /There is none/);
  await window.waitForText("backup-next", /Make a backup/);
  await window.shoot(shots, "backup");
  shown("where there is no backup the page says so, and what to do next");

  await window.click("nav-settings");
  await window.click("host-add");
  await window.type("host-0", "http://pki/");
  await window.click("settings-save");
  await window.waitForText("host-0-problem", /without http/);
  await window.type("host-0", "pki.internal");
  await window.waitForText("settings-changes", /Added: pki\.internal/);
  await window.click("settings-save");
  await window.waitForText("settings-said", /Saved/);
  await window.shoot(shots, "settings");
  shown("settings for signatures are checked, say what will change, and are saved");
}
