// The state gallery: every scene of both windows in a browser, looked at by axe and by eye.
//
//   npm run gallery [-- [--no-sheets] WINDOW[/SCENE] …]
//
// Each scene is shown in light and dark, at 200 % and in German. It fails where axe finds anything,
// where the console reports an error or the content policy a breach, and where something must be
// scrolled sideways at 200 % or 400 %. Pictures and contact sheets go to CHANCERY_GALLERY, or to
// `gallery` in cargo's target folder.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Browser } from "./browser.mjs";
import { site } from "./site.mjs";

const execute = promisify(execFile);
const ui = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const target = process.env.CARGO_TARGET_DIR ?? join(ui, "../target");
const out = resolve(process.env.CHANCERY_GALLERY ?? join(target, "gallery"));
const shell = JSON.parse(await readFile(join(ui, "../src-tauri/tauri.conf.json"), "utf8"));

const AXE = await readFile(join(ui, "node_modules/axe-core/axe.min.js"), "utf8");

/** Browsers at work at the same time; each waits for frames now and then. */
const HANDS = 3;
/** How long a scene may take to be shown, in ms. */
const PATIENCE = 15_000;

const WINDOWS = [
  { name: "main", page: "index.html", module: "src/ipc/memory.ts" },
  { name: "admin", page: "admin.html", module: "src/ipc/administration-memory.ts" },
];

/** Scenes by window, as the backends in memory name them. */
async function scenes(wanted) {
  const { runnerImport } = await import("vite");
  const found = [];
  for (const { name, page, module } of WINDOWS) {
    const { width, height } = shell.app.windows.find(({ label }) => label === name);
    const { scenes } = (await runnerImport(join(ui, module), { root: ui, logLevel: "error" }))
      .module;
    for (const scene of Object.keys(scenes)) {
      const id = `${name}/${scene}`;
      if (wanted.length > 0 && !wanted.includes(name) && !wanted.includes(id)) continue;
      found.push({ id, window: name, scene, page, size: { width, height } });
    }
  }
  return found;
}

/** What axe finds; the texts name the element, so that it can be found again. */
const look = (options) => `
  const done = arguments[arguments.length - 1];
  axe
    .run(document, ${JSON.stringify({ resultTypes: ["violations"], ...options })})
    .then(({ violations }) =>
      done(violations.map(({ id, nodes }) =>
        id + ": " + nodes.map(({ target, any, all }) =>
          target.join(" ") + " (" + [...any, ...all].map(({ message }) => message).join("; ") + ")"
        ).join(", "))),
    )
    .catch((thrown) => done(["axe: " + thrown]));
`;
/** Everything, with colours, names and the size of what is pressed. */
const LOOK = look({ rules: { "target-size": { enabled: true } } });
/**
 * Another theme changes colours and nothing else. Language and size change all the rest, and are
 * looked at together: the longest words in the smallest window.
 */
const LOOK_AT_COLOURS = look({ runOnly: { type: "rule", values: ["color-contrast"] } });
const LOOK_AT_THE_REST = look({
  rules: { "target-size": { enabled: true }, "color-contrast": { enabled: false } },
});

/** What must be scrolled sideways: the page, or a part of it; what fits itself anew may do so. */
const SIDEWAYS = `
  const done = arguments[arguments.length - 1];
  const wide = (element) => element.scrollWidth > element.clientWidth + 1;
  const name = (element) => element.tagName.toLowerCase() + (element.className ? "." + element.className : "");
  const root = document.scrollingElement;
  const deadline = performance.now() + 2_000;
  const look = () => {
    const parts = [...document.body.querySelectorAll("*")].filter((element) =>
      ["auto", "scroll"].includes(getComputedStyle(element).overflowX) && wide(element));
    const found = [...(wide(root) ? ["the page"] : []), ...parts.map(name)];
    if (found.length > 0 && performance.now() < deadline) requestAnimationFrame(look);
    else done(found.map((part) => part + " is wider than " + root.clientWidth + " px"));
  };
  look();
`;

/** Shows one scene in every way and returns what is wrong with it. */
async function show(browser, base, { id, window, scene, page, size }) {
  const faults = [];
  const note = (way, found) => faults.push(...found.map((fault) => `${id} (${way}): ${fault}`));
  const save = async (way, picture) => {
    await writeFile(join(out, window, `${scene}-${way}.png`), picture);
  };
  // What is laid out at 200 %: half as many CSS pixels in the same window.
  const half = { width: Math.round(size.width / 2), height: Math.round(size.height / 2) };

  for (const language of ["en", "de"]) {
    await browser.speak(language);
    await browser.media({});
    await browser.size(size);
    const address = `${base}/${page}?memory=${encodeURIComponent(scene)}`;
    const state = await browser.open(address, PATIENCE);
    if (state !== "shown") {
      note(language, [`the scene is ${state}`]);
      note(language, await browser.complaints());
      continue;
    }
    await browser.run(AXE);
    if (language === "en") {
      note("light", await browser.ask(LOOK));
      await save("light", await browser.picture());
      await browser.media({ dark: true });
      note("dark", await browser.ask(LOOK_AT_COLOURS));
      await save("dark", await browser.picture());
      await browser.media({ forced: true });
      await save("forced", await browser.picture());
      await browser.media({});
    } else {
      await save("de", await browser.picture());
    }
    const [way, name] = language === "en" ? ["200", "200 %"] : ["de-200", "German, 200 %"];
    await browser.size(half);
    if (language === "de") note(name, await browser.ask(LOOK_AT_THE_REST));
    note(name, await browser.ask(SIDEWAYS));
    await save(way, await browser.picture({ whole: true }));
    await browser.size({ width: 320, height: 480 });
    note(`${name}, 400 %`, await browser.ask(SIDEWAYS));
    if (await browser.run(`return document.querySelector("body > .letter") !== null`)) {
      await browser.size({ width: 794, height: 1123 });
      await browser.media({ paper: true, dark: true });
      const window = await browser.run(
        `return getComputedStyle(document.getElementById("app")).display`,
      );
      if (window !== "none") note("paper", ["more than the letter is printed"]);
      await save(`paper-${language}`, await browser.picture());
    }
    note(language, await browser.complaints());
  }
  return faults;
}

/** Puts pictures of a window side by side. */
async function sheet(window, way, found) {
  // Read at the size they are shown in: whole pages are large.
  const size = way.endsWith("200") ? "320x640" : "480x330";
  const pictures = found
    .filter((one) => one.window === window)
    .flatMap(({ scene }) => [
      "-label",
      scene,
      `${join(out, window, `${scene}-${way}.png`)}[${size}>]`,
    ]);
  if (pictures.length === 0) return;
  // ImageMagick's own default is a font that Debian does not bring.
  const { stdout: font } = await execute("fc-match", ["--format=%{file}", "sans-serif"]);
  const [ground, ink] = way === "dark" ? ["#0b0f14", "#e7ebf0"] : ["#dfe3e8", "#1a2330"];
  await execute("montage", [
    ...["-font", font, "-background", ground, "-fill", ink],
    ...pictures,
    ...["-tile", way.endsWith("200") ? "8x" : "5x", "-geometry", "+8+8"],
    ...["-gravity", "north", join(out, `${window}-${way}.png`)],
  ]);
}

const start = Date.now();
const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== "--no-sheets");
const sheets = wanted.length === words.length;
const found = await scenes(wanted);
if (found.length === 0) throw new Error(`no scene is called ${wanted.join(", ")}`);
for (const { name } of WINDOWS) await mkdir(join(out, name), { recursive: true });

const work = await mkdtemp(join(tmpdir(), "chancery-gallery-"));
const faults = [];
let server;
const browsers = [];
try {
  server = await site(ui, join(work, "site"), shell.app.security.csp);
  const queue = [...found];
  const hand = async (number) => {
    const browser = await Browser.start(join(work, `profile-${number}`));
    browsers.push(browser);
    for (let next = queue.shift(); next; next = queue.shift()) {
      faults.push(...(await show(browser, server.address, next)));
    }
  };
  await Promise.all(Array.from({ length: HANDS }, (_, number) => hand(number)));
} finally {
  await Promise.allSettled(browsers.map((browser) => browser.quit()));
  server?.close();
  await rm(work, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
for (const way of sheets ? ["light", "dark", "de", "200"] : []) {
  await Promise.all(WINDOWS.map(({ name }) => sheet(name, way, found)));
}
const seconds = Math.round((Date.now() - start) / 1000);
console.log(`${found.length} scenes, ${faults.length} faults, ${seconds} s: ${out}`);
process.exitCode = faults.length > 0 ? 1 : 0;
