// What the window refuses to run, load and open, tried in the window itself.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";

/** Tries what a hostile document or script would try; a local server counts what gets out. */
export async function assertPolicyHolds(window) {
  const reached = [];
  const server = http
    .createServer((request, response) => {
      reached.push(request.url);
      response.setHeader("Access-Control-Allow-Origin", "*").end("hello");
    })
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  const outside = `http://127.0.0.1:${server.address().port}`;
  const before = await window.run("return location.href");

  const tried = await window.runAsync(ATTEMPTS, outside);
  assert.deepEqual(tried, {
    inlineScript: "did not run",
    handlerAttribute: "did not run",
    evaluation: "EvalError",
    styleElement: "did not apply",
    styleAttribute: "did not apply",
    remoteImage: "error",
    dataImage: "error",
    remoteScript: "error",
    fetch: "TypeError",
    frame: "frame-src",
    form: "form-action",
    openedWindow: "none",
    otherCommand: "refused",
    tauriGlobal: "undefined",
  });

  // The driver waits for a navigation under way before it does the next thing.
  for (const escape of ESCAPES) {
    await window.run(escape, outside);
    assert.equal(await window.run("return location.href"), before, "the window stays where it is");
  }
  // What a request looks like that does arrive.
  await fetch(`${outside}/from-the-test`);
  assert.deepEqual(reached, ["/from-the-test"], "no request leaves the window");
  server.close();
  server.closeAllConnections();
}

const ATTEMPTS = `
  const [outside, done] = arguments;
  const tried = {};
  const loading = (element, name) =>
    new Promise((resolve) => {
      element.onload = () => resolve((tried[name] = "load"));
      element.onerror = () => resolve((tried[name] = "error"));
    });
  const append = (name, properties) =>
    document.body.append(Object.assign(document.createElement(name), properties));

  append("script", { textContent: "window.chanceryInline = true" });
  tried.inlineScript = window.chanceryInline ? "ran" : "did not run";

  const button = document.createElement("button");
  button.setAttribute("onclick", "window.chanceryHandler = true");
  button.click();
  tried.handlerAttribute = window.chanceryHandler ? "ran" : "did not run";

  try {
    window.eval("1");
    tried.evaluation = "ran";
  } catch (error) {
    tried.evaluation = error.name;
  }

  append("style", { textContent: "body { outline: 7px solid red }" });
  tried.styleElement =
    getComputedStyle(document.body).outlineWidth === "7px" ? "applied" : "did not apply";

  const styled = document.createElement("p");
  styled.setAttribute("style", "outline: 7px solid red");
  document.body.append(styled);
  tried.styleAttribute =
    getComputedStyle(styled).outlineWidth === "7px" ? "applied" : "did not apply";
  styled.remove();

  const violation = (name, directive) =>
    new Promise((resolve) =>
      addEventListener("securitypolicyviolation", function seen({ effectiveDirective }) {
        if (effectiveDirective !== directive) return;
        removeEventListener("securitypolicyviolation", seen);
        resolve((tried[name] = effectiveDirective));
      }),
    );
  const frame = document.createElement("iframe");
  const form = Object.assign(document.createElement("form"), { action: outside + "/form" });

  const remote = new Image();
  const data = new Image();
  const script = document.createElement("script");
  const waiting = [
    violation("frame", "frame-src"),
    violation("form", "form-action"),
    loading(remote, "remoteImage"),
    loading(data, "dataImage"),
    loading(script, "remoteScript"),
    fetch(outside + "/fetch").then(
      () => (tried.fetch = "answered"),
      (error) => (tried.fetch = error.name),
    ),
    window.__TAURI_INTERNALS__.invoke("plugin:event|emit", { event: "x", payload: null }).then(
      () => (tried.otherCommand = "answered"),
      () => (tried.otherCommand = "refused"),
    ),
  ];
  remote.src = outside + "/image.png";
  data.src = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
  script.src = outside + "/script.js";
  frame.src = outside + "/frame";
  document.body.append(script, frame, form);
  form.submit();
  tried.openedWindow = window.open(outside + "/window") ? "one" : "none";
  tried.tauriGlobal = typeof window.__TAURI__;
  Promise.all(waiting).then(() => {
    for (const left of [script, frame, form]) left.remove();
    done(tried);
  });
`;

const ESCAPES = [
  "location.assign(arguments[0] + '/assigned')",
  `
    const link = document.createElement("a");
    link.href = arguments[0] + "/link";
    document.body.append(link);
    link.click();
    link.remove();
  `,
];
