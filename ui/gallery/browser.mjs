// Debian's Chromium without a screen.

import { Builder, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";

const BINARY = "/usr/bin/chromium";
const DRIVER = "/usr/bin/chromedriver";

/** A browser with a fresh profile, which fetches nothing by itself. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // No page is gone back to; each that could be keeps a process.
  "--disable-features=BackForwardCache",
  "--hide-scrollbars",
];

export class Browser {
  #driver;
  #agent;

  static async start(profile) {
    const browser = new Browser();
    const log = new logging.Preferences();
    log.setLevel(logging.Type.BROWSER, logging.Level.ALL);
    const options = new chrome.Options()
      .setBinaryPath(BINARY)
      .addArguments(...FLAGS, `--user-data-dir=${profile}`);
    options.setLoggingPrefs(log);
    browser.#driver = await new Builder()
      .forBrowser("chrome")
      .setChromeOptions(options)
      .setChromeService(new chrome.ServiceBuilder(DRIVER))
      .build();
    await browser.#driver.manage().setTimeouts({ script: 30_000 });
    browser.#agent = await browser.run("return navigator.userAgent");
    return browser;
  }

  #send(command, parameters) {
    return this.#driver.sendAndGetDevToolsCommand(command, parameters);
  }

  /** The language that pages take for the person's. */
  async speak(language) {
    await this.#send("Emulation.setUserAgentOverride", {
      userAgent: this.#agent,
      acceptLanguage: language === "de" ? "de-DE" : "en-GB",
    });
    await this.#send("Emulation.setTimezoneOverride", { timezoneId: "Europe/Berlin" });
  }

  /** What the person's system asks for; motion is never wanted, so that pictures are still. */
  async media({ dark = false, forced = false, paper = false }) {
    await this.#send("Emulation.setEmulatedMedia", {
      media: paper ? "print" : "",
      features: [
        { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
        { name: "forced-colors", value: forced ? "active" : "none" },
        { name: "prefers-reduced-motion", value: "reduce" },
      ],
    });
  }

  /** The window's inside in CSS pixels. */
  async size({ width, height }) {
    await this.#send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  /** Opens a scene and waits until it says that it is shown. */
  async open(address, patience) {
    await this.#driver.get(address);
    const deadline = Date.now() + patience;
    for (;;) {
      const state = await this.run("return document.documentElement.dataset.scene ?? null");
      if (state) return state;
      if (Date.now() > deadline) return "not shown in time";
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  /** Two frames: what was changed is laid out and drawn. */
  #settle() {
    return this.#driver.executeAsyncScript(`
      const done = arguments[0];
      requestAnimationFrame(() => requestAnimationFrame(() => done()));
    `);
  }

  /** Runs a script; what it measures is laid out then. */
  run(script) {
    return this.#driver.executeScript(script);
  }

  /** Runs a script that calls back, once what was changed is drawn. */
  async ask(script) {
    await this.#settle();
    return this.#driver.executeAsyncScript(script);
  }

  /** Errors on the console since the last question. */
  async complaints() {
    const entries = await this.#driver.manage().logs().get(logging.Type.BROWSER);
    return entries
      .filter(({ level }) => level.value >= logging.Level.SEVERE.value)
      .map(({ message }) => `console: ${message}`);
  }

  async picture({ whole = false } = {}) {
    await this.#settle();
    const { data } = await this.#send("Page.captureScreenshot", {
      format: "png",
      optimizeForSpeed: true,
      captureBeyondViewport: whole,
    });
    return Buffer.from(data, "base64");
  }

  quit() {
    return this.#driver.quit();
  }
}
