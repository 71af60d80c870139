import "./styles/tokens.css";
import "./styles/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import type { Backend } from "./ipc/backend";
import { spoken } from "./text";

const inBrowser = import.meta.env.DEV && !("__TAURI_INTERNALS__" in window);
const scene = new URLSearchParams(location.search).get("memory") ?? "";

/** The shell's commands; in a plain browser, while developing, answers from memory. */
async function backend(): Promise<Backend> {
  if (inBrowser) {
    const { memory, scenes } = await import("./ipc/memory");
    return memory(scenes[scene]?.answers);
  }
  return (await import("./ipc/tauri")).tauri;
}

document.documentElement.lang = spoken;
const target = document.getElementById("app");
if (!target) throw new Error("index.html has an element with the id app");
mount(App, { target, props: { backend: await backend() } });
if (inBrowser) {
  const [{ scenes }, { perform }] = await Promise.all([
    import("./ipc/memory"),
    import("./ipc/scene"),
  ]);
  await perform(scenes[scene]);
}
