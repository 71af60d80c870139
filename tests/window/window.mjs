// The real window, driven through WebKitWebDriver as WebKitGTK ships it.

import { once } from "node:events";
import { access, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";

import { Builder, By, Capabilities, Origin } from "selenium-webdriver";

import { childrenOf, end, keep, runs } from "./processes.mjs";

const PATIENCE = 30_000;
/** How long the program may take to open its first window. */
const START = 60_000;
const DRIVER = process.env.WEBKIT_WEBDRIVER ?? "/usr/bin/WebKitWebDriver";

/** Starts the program with an argument; `openWindow.current` is the one open now. */
export async function openWindow(binaries, environment, argument) {
  const application = path.join(binaries, "chancery-desktop");
  await access(application);
  const port = await freePort();
  const driver = keep(DRIVER, [`--port=${port}`], {
    ...environment,
    TAURI_AUTOMATION: "true",
    TAURI_WEBVIEW_AUTOMATION: "true",
  });
  await poll("WebKitWebDriver listens", () => listens(port));
  const capabilities = new Capabilities({
    browserName: "wry",
    "webkitgtk:browserOptions": { binary: application, args: [argument] },
  });
  const builder = new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities(capabilities);
  const session = await inTime("the window opens", START, builder.build());
  openWindow.current = new Window(session, driver, await childrenOf(driver));
  return openWindow.current;
}

class Window {
  #session;
  #driver;
  #programs;

  constructor(session, driver, programs) {
    this.#session = session;
    this.#driver = driver;
    this.#programs = programs;
  }

  /** Ends the program and its driver. */
  async close() {
    openWindow.current = undefined;
    await this.#session.quit();
    // The driver ends the program only while it runs itself, and the next start would be handed
    // over to one that is still there.
    await poll("the program has ended", () => !this.#programs.some(runs)).catch(() => {
      for (const pid of this.#programs.filter(runs)) process.kill(pid, "SIGTERM");
    });
    await end(this.#driver);
  }

  /** Runs a script in the page. */
  run(script, ...args) {
    return this.#session.executeScript(script, ...args);
  }

  /** Runs a script that calls its last argument when it is done. */
  runAsync(script, ...args) {
    return this.#session.executeAsyncScript(script, ...args);
  }

  /** Asks the shell as the page does. */
  ask(command, request = {}) {
    return this.runAsync(
      "window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(arguments[2])",
      command,
      request,
    );
  }

  /** Waits until something is so. */
  waitFor(what, condition) {
    return poll(what, condition);
  }

  /** Waits until the page's picture has come and is laid out. */
  async pageIsDrawn() {
    await poll("the page is drawn", () =>
      this.run(`
        const image = document.querySelector('[data-testid="page-image"]');
        return Boolean(image?.complete && image.naturalWidth > 0 && image.clientWidth > 0);
      `),
    );
  }

  /** Draws a box on the page, in fractions of it; returns where it should lie on the screen. */
  async drawBox({ left, top, width, height }) {
    const surface = await this.#find("page-surface");
    const page = await surface.getRect();
    const [x, y] = [Math.round(page.x + left * page.width), Math.round(page.y + top * page.height)];
    const [w, h] = [Math.round(width * page.width), Math.round(height * page.height)];
    const at = (dx, dy, duration) => ({ origin: Origin.VIEWPORT, x: x + dx, y: y + dy, duration });
    await this.#session
      .actions()
      .move(at(0, 0, 0))
      .press()
      .move(at(Math.round(w / 2), Math.round(h / 2), 50))
      .move(at(w, h, 50))
      .release()
      .perform();
    await this.#find("signature-box");
    return { x, y, width: w, height: h };
  }

  /** Returns where an element lies on the screen. */
  async rectangle(name) {
    return (await this.#find(name)).getRect();
  }

  /** Replaces what stands in a field. */
  async type(name, text) {
    const field = await this.#find(name);
    await field.clear();
    await field.sendKeys(text);
    await poll(`${name} has taken the text`, async () => (await this.value(name)) === text);
  }

  /** Chooses an entry of a list by what it says, or by a part of it. */
  async choose(name, text, { whole = false } = {}) {
    const list = await this.#find(name);
    const says = whole ? `normalize-space(.)="${text}"` : `contains(., "${text}")`;
    const entry = By.xpath(`.//option[${says}]`);
    await poll(`${name} has ${text}`, async () => (await list.findElements(entry)).length > 0);
    await list.findElement(entry).click();
  }

  /** Presses a button once it can be pressed. */
  async click(name) {
    // What is drawn anew is another element.
    await poll(`${name} can be pressed`, async () => (await this.#find(name)).isEnabled());
    await (await this.#find(name)).click();
  }

  /** Returns what stands in a field. */
  async value(name) {
    return (await this.#find(name)).getProperty("value");
  }

  /** Returns the text of the first element a selector finds. */
  async text(selector) {
    return this.#session.findElement(By.css(selector)).getText();
  }

  /** Waits until an element says something; returns what. */
  async waitForText(name, pattern) {
    let text = "";
    await poll(`${name} says ${pattern}`, async () => {
      text = await this.run(
        "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.innerText ?? ''",
        name,
      );
      return pattern.test(text);
    });
    return text;
  }

  /** Takes a picture of the window, once what is in the page is painted. */
  async shoot(folder, name) {
    // Without compositing a page at rest may get no frame at all.
    await this.runAsync(`
      const done = arguments[0];
      const enough = setTimeout(done, 500);
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          clearTimeout(enough);
          done();
        }),
      );
    `);
    const picture = await this.#session.takeScreenshot();
    await writeFile(path.join(folder, `${name}.png`), picture, "base64");
  }

  async #find(name) {
    const found = By.css(`[data-testid="${name}"]`);
    await poll(`${name} is there`, async () => {
      const [element] = await this.#session.findElements(found);
      return element !== undefined && (await element.isDisplayed());
    });
    return this.#session.findElement(found);
  }
}

/** Asks again and again until the answer is yes; fails after a while, and says what was waited for. */
async function poll(what, condition) {
  const deadline = Date.now() + PATIENCE;
  let trouble;
  for (;;) {
    try {
      if (await condition()) return;
      trouble = undefined;
    } catch (error) {
      // What is looked at may be on its way out, or not there yet.
      trouble = error;
    }
    if (Date.now() > deadline) throw new Error(`it never came that ${what}`, { cause: trouble });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for an answer, but not for ever. */
async function inTime(what, milliseconds, answer) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it never came that ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function listens(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
