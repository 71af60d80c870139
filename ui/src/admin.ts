import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/administration.css";
import "./styles/pages.css";

import { mount } from "svelte";

import AdminApp from "./AdminApp.svelte";
import type { AdministrationBackend } from "./ipc/administration";
import { spoken } from "./text";

const target = document.getElementById("app");
if (!target) throw new Error("admin.html has an element with the id app");
document.documentElement.lang = spoken;

function show(target: HTMLElement, backend: AdministrationBackend): void {
  mount(AdminApp, { target, props: { backend } });
}

if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
  // In a plain browser, while developing: answers from memory, a scene by its name.
  const { memory, scenes } = await import("./ipc/administration-memory");
  const { perform } = await import("./ipc/scene");
  const scene = scenes[new URLSearchParams(location.search).get("memory") ?? ""];
  show(target, memory(scene?.answers));
  await perform(scene);
} else {
  show(target, (await import("./ipc/administration-tauri")).tauri);
}
