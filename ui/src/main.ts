import "./styles/tokens.css";
import "./styles/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import type { Backend } from "./ipc/backend";
import { spoken } from "./text";

/** The shell's commands; in a plain browser, while developing, answers from memory. */
async function backend(): Promise<Backend> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { memory, scenes } = await import("./ipc/memory");
    return memory(scenes[new URLSearchParams(location.search).get("memory") ?? ""]);
  }
  return (await import("./ipc/tauri")).tauri;
}

document.documentElement.lang = spoken;
const target = document.getElementById("app");
if (!target) throw new Error("index.html has an element with the id app");
mount(App, { target, props: { backend: await backend() } });
