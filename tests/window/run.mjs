// One signature in the real window, from the file to the judges outside.
//
//   xvfb-run -a -s '-screen 0 1280x1024x24' dbus-run-session -- node tests/window/run.mjs
//
// Needs the built window and command line (CHANCERY_BIN_DIR, else target/debug), WebKitWebDriver,
// SoftHSM, pdfsig, qpdf and pyHanko. Pictures go to CHANCERY_WINDOW_SHOTS, else target/window-shots.
// The exit status tells: 0 if every sentence below turned out true.

import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as administration from "./administration.mjs";
import { signWithCard } from "./card.mjs";
import { judge } from "./judges.mjs";
import { makeOrganisation, makePrivateFolders } from "./organisation.mjs";
import { assertPolicyHolds } from "./policy.mjs";
import { endAll, succeed } from "./processes.mjs";
import { openWindow } from "./window.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const binaries = process.env.CHANCERY_BIN_DIR ?? path.join(repository, "target/debug");
const shots = process.env.CHANCERY_WINDOW_SHOTS ?? path.join(repository, "target/window-shots");
const fixture = path.join(repository, "tests/fixtures/pdf/agreement.pdf");

const signer = { login: "ada", name: "Ada Lovelace", secret: "a quiet harbour at dawn" };
const second = { login: "grace", name: "Grace Hopper", secret: "seven small bells ringing" };

/** Says a sentence that has just been shown to be true. */
function shown(sentence) {
  console.log(`ok - ${sentence}`);
}

async function main() {
  await mkdir(shots, { recursive: true });
  const folders = await makePrivateFolders();
  const agreement = path.join(folders.documents, "agreement.pdf");
  await copyFile(fixture, agreement);
  const original = await readFile(agreement);
  await makeOrganisation(binaries, folders, signer);
  shown("an organisation is founded by the command line");

  const open = (argument) => openWindow(binaries, folders.environment, argument);
  const light = await open(agreement);
  const signed = await sign(light, agreement, original);
  await light.close();

  const { certificate } = folders;
  for (const sentence of await judge(repository, signed, { certificate, signers: [signer.name] })) {
    shown(sentence);
  }

  await signEncrypted(open, folders, original);
  await showDamaged(open, folders, original);

  const office = await open("--administration");
  await administration.logIn(office, signer, shots, shown);
  const code = await administration.enrol(office, second, shots, shown);
  await administration.lock(office, signer, shown);
  await office.close();

  const activating = await open(signed);
  const twice = await activateAndSign(activating, signed, code);
  await activating.close();
  const signers = [signer.name, second.name];
  for (const sentence of await judge(repository, twice, { certificate, signers })) {
    shown(`twice signed: ${sentence}`);
  }

  const again = await open("--administration");
  await again.type("login-login", signer.login);
  await again.type("login-secret", signer.secret);
  await again.click("login-deed");
  await again.waitForText("token-state", /Ready/);
  const list = path.join(folders.environment.CHANCERY_HOME, "crl.der");
  await administration.suspend(again, second, list, shots, shown);
  await administration.probe(again, shots, shown);
  await administration.readLog(again, second, shots, shown);
  await administration.rotate(again, signer, shots, shown);
  await administration.keep(again, shots, shown);
  await again.close();

  const dark = await openWindow(
    binaries,
    { ...folders.environment, GTK_THEME: "Adwaita:dark" },
    signed,
  );
  await dark.pageIsDrawn();
  assert.equal(await dark.run("return matchMedia('(prefers-color-scheme: dark)').matches"), true);
  await dark.shoot(shots, "dark");
  shown("the window follows a dark desktop");

  await succeed(path.join(binaries, "chancery-desktop"), [agreement], { env: folders.environment });
  await dark.waitFor("the handed over document takes the other one's place", async () => {
    const names = (await dark.ask("opened_documents")).map(({ name }) => name);
    return names.join() === "agreement.pdf";
  });
  shown("a second start hands its document over and ends");
  await dark.close();

  const card = await signWithCard(binaries, openWindow, fixture, shots, shown);
  for (const sentence of await judge(repository, card.signed, card)) {
    shown(`by a card: ${sentence}`);
  }
  card.gone();
}

/** Signs the open document by pointer and keyboard; returns where the signed file is. */
async function sign(window, agreement, original) {
  await window.pageIsDrawn();
  assert.match(await window.text("body"), /agreement\.pdf/);
  await window.shoot(shots, "opened");
  shown("a document named as an argument is shown");

  await assertPolicyHolds(window);
  shown("nothing foreign runs, loads or opens in the window");

  const drawn = await window.drawBox({ left: 0.2, top: 0.62, width: 0.4, height: 0.12 });
  const box = await window.rectangle("signature-box");
  for (const side of ["x", "y", "width", "height"]) {
    assert.ok(Math.abs(box[side] - drawn[side]) <= 3, `${side}: ${box[side]}, not ${drawn[side]}`);
  }
  await window.shoot(shots, "placed");
  shown("the box lies where it was drawn");

  const signed = path.join(path.dirname(agreement), "agreement-signed.pdf");
  await window.type("secret", "a loud harbour at dusk");
  await window.click("sign-button");
  const error = await window.waitForText("error-line", /\S/);
  assert.ok(!error.includes("loud harbour"), "an error repeats no secret");
  await window.waitFor("the secret is emptied", async () => (await window.value("secret")) === "");
  await assert.rejects(readFile(signed), { code: "ENOENT" });
  await window.shoot(shots, "wrong-secret");
  shown("a wrong secret is refused in place and writes nothing");

  await window.type("secret", signer.secret);
  await window.click("sign-button");
  await window.waitForText("result-headline", /\S/);
  await window.pageIsDrawn();
  await window.shoot(shots, "signed");
  shown("the right secret signs, and the result is shown");

  const html = await window.run("return document.documentElement.outerHTML");
  for (const hidden of [signer.secret, path.dirname(agreement)]) {
    assert.ok(!html.includes(hidden), "neither secret nor folder stays in the window");
  }
  shown("neither secret nor folder stays in the window");

  const file = await readFile(signed);
  assert.ok(file.subarray(0, original.length).equals(original), "signing only appends");
  assert.ok((await readFile(agreement)).equals(original), "the original is not touched");
  shown("the signed file is a new one that begins with the original");
  return signed;
}

/** Opens an encrypted document with its password and signs it with another look than the first. */
async function signEncrypted(open, { documents }, original) {
  const plain = path.join(documents, "plain.pdf");
  const locked = path.join(documents, "locked.pdf");
  await writeFile(plain, original);
  await succeed("qpdf", ["--encrypt", "open sesame", "owner", "256", "--", plain, locked]);
  const window = await open(locked);
  await window.waitFor("the password can be typed", () =>
    window.run(
      "return document.hasFocus() && document.activeElement?.id === 'document-password'",
    ),
  );
  await window.type("document-password", "open barley");
  await window.click("unlock-button");
  await window.waitForText("unlock", /does not open the document/);
  await window.shoot(shots, "password-wrong");
  shown("a wrong password is refused in place");

  await window.type("document-password", "open sesame");
  await window.click("unlock-button");
  await window.pageIsDrawn();
  await window.choose("look", "framed");
  await window.drawBox({ left: 0.2, top: 0.62, width: 0.4, height: 0.12 });
  await window.waitFor("the look is drawn", () =>
    window.run(
      "return document.querySelector('[data-testid=\"look-preview\"]')?.naturalWidth > 0",
    ),
  );
  await window.shoot(shots, "look");
  await window.type("secret", signer.secret);
  await window.click("sign-button");
  await window.waitForText("result-headline", /\S/);
  await window.pageIsDrawn();
  await window.shoot(shots, "encrypted-signed");
  const html = await window.run("return document.documentElement.outerHTML");
  assert.ok(!html.includes("open sesame"), "no password stays in the window");
  await window.close();
  const signed = path.join(documents, "locked-signed.pdf");
  const said = await succeed("pdfsig", ["-nocert", "-upw", "open sesame", signed]);
  assert.match(said, /Signature is Valid\./);
  shown("an encrypted document is opened with its password and signed with a chosen look");
}

/** Opens a document whose end is missing. */
async function showDamaged(open, { documents }, original) {
  const damaged = path.join(documents, "damaged.pdf");
  await writeFile(damaged, original.subarray(0, original.length - 200));
  const window = await open(damaged);
  await window.pageIsDrawn();
  await window.waitFor("it says that it is damaged", async () =>
    /damaged/.test(await window.text("body")),
  );
  await window.shoot(shots, "damaged");
  await window.close();
  shown("a damaged document is shown, and said to be damaged");
}

/** Turns a code into an own secret and adds a second signature; returns where the file is. */
async function activateAndSign(window, document, code) {
  await window.pageIsDrawn();
  await window.click("sign-too");
  await window.choose("identity", second.name);
  await window.type("code", code);
  await window.type("new-secret", second.secret);
  await window.shoot(shots, "activating");
  await window.click("activate");
  await window.waitForText("activated", /\S/);
  await window.shoot(shots, "activated");
  await window.click("activated-go-on");
  shown("a person turns the one-time code into an own secret");

  await window.click("place-for-me");
  await window.type("secret", second.secret);
  await window.click("sign-button");
  await window.waitForText("result-headline", /\S/);
  assert.match(await window.text("body"), /Valid, changed later as allowed/);
  await window.shoot(shots, "signed-twice");
  const html = await window.run("return document.documentElement.outerHTML");
  for (const hidden of [second.secret, code]) {
    assert.ok(!html.includes(hidden), "neither secret nor code stays in the window");
  }
  shown("and signs a document that somebody else has signed");

  await window.click("view-revision");
  await window.waitForText("version-bar", /cannot be changed or signed here/);
  await window.pageIsDrawn();
  await window.shoot(shots, "earlier-version");
  await window.click("version-now");
  await window.pageIsDrawn();
  shown("the version that the first one signed is a click away, and so is the way back");
  return path.join(path.dirname(document), "agreement-signed-signed.pdf");
}

let failed = false;
try {
  await main();
} catch (error) {
  failed = true;
  console.error(`not ok - ${error.stack ?? error}`);
  if (error.cause) console.error(`caused by ${error.cause}`);
  const window = openWindow.current;
  const said = await window?.text('[data-testid="off-reason"]').catch(() => undefined);
  if (said) console.error(`the window says: ${said}`);
  await openWindow.current?.shoot(shots, "failed").catch(() => {});
  const source = await openWindow.current
    ?.run("return document.documentElement.outerHTML")
    .catch(() => undefined);
  if (source) await writeFile(path.join(shots, "failed.html"), source);
} finally {
  await openWindow.current?.close().catch(() => {});
  await endAll();
}
process.exitCode = failed ? 1 : 0;
