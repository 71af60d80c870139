import { cleanup, render, waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import App from "./App.svelte";
import { memory, scenes } from "./ipc/memory";
import { play } from "./ipc/scene";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

/** A busy machine needs longer for one state than is usual for a test, in ms. */
const PATIENCE = 30_000;

// What axe finds is looked for in the gallery, in a real browser.
describe("every state of the window", () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(
      `can be shown: ${name}`,
      async () => {
        const { container } = render(App, { backend: memory(scene.answers) });
        await waitFor(() =>
          expect(container.textContent).toMatch(/Signing token|No signing token/),
        );
        await scene.play?.(play(document));
      },
      PATIENCE,
    );
  }
});
