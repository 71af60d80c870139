// A smart card in the window, where there is no organisation.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";

import { makePrivateFolders } from "./organisation.mjs";

/** What every card of the tests is opened with, and who it belongs to. */
const PIN = "123456";
const NAME = "Ana Ruiz";

/** Puts a card into a reader that is there until `gone` is called. */
async function reader(binaries) {
  const program = spawn(path.join(binaries, "virtual_card"), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the card's program ended");
    return value;
  };
  const [socket, root] = [await line(), await line()];
  const order = async (word) => {
    program.stdin.write(`${word}\n`);
    assert.equal(await line(), "done");
  };
  return { socket, root, order, gone: () => program.stdin.end() };
}

/** Signs with a card; returns the signed file, the root of its issuer and who signed. */
export async function signWithCard(binaries, open, fixture, shots, shown) {
  const folders = await makePrivateFolders();
  const document = path.join(folders.documents, "offer.pdf");
  await copyFile(fixture, document);
  const card = await reader(binaries);
  const environment = { ...folders.environment, PCSCLITE_CSOCK_NAME: card.socket };
  const window = await open(binaries, environment, document);
  await window.pageIsDrawn();
  await window.choose("identity", NAME, { whole: true });
  await window.waitForText("panel", /PIN of the card/);
  await window.drawBox({ left: 0.2, top: 0.62, width: 0.4, height: 0.12 });
  await window.shoot(shots, "card");

  await card.order("remove");
  await window.waitForText("card-state", /not in its reader/);
  await window.shoot(shots, "card-gone");
  await card.order("insert");
  shown("a card that is pulled and put in again is told by the window itself");

  await window.waitFor("its PIN can be typed", () =>
    window.run(`return document.querySelector('[data-testid="secret"]')?.disabled === false`),
  );
  await window.type("secret", "654321");
  await window.click("sign-button");
  await window.waitForText("error-line", /\S/);
  await window.shoot(shots, "card-wrong-pin");
  await window.type("secret", PIN);
  await window.click("sign-button");
  await window.waitForText("result-headline", /\S/);
  await window.pageIsDrawn();
  await window.shoot(shots, "card-signed");
  const html = await window.run("return document.documentElement.outerHTML");
  assert.ok(!html.includes(PIN), "no PIN stays in the window");
  await window.close();
  shown("a smart card signs where there is no organisation, and a wrong PIN is refused in place");
  const signed = path.join(folders.documents, "offer-signed.pdf");
  return { signed, certificate: card.root, signers: [NAME], gone: card.gone };
}
