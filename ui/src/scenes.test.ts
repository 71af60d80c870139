import { cleanup, render, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import App from "./App.svelte";
import { memory, scenes } from "./ipc/memory";
import { play } from "./ipc/scene";

beforeEach(() => localStorage.clear());
afterEach(cleanup);

/** A busy machine needs longer for one state than is usual for a test, in ms. */
const PATIENCE = 30_000;

/** What axe finds; colours and layout are looked at in the gallery. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    resultTypes: ["violations"],
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

describe("every state of the window", () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(
      `can be shown and has no fault that axe finds: ${name}`,
      async () => {
        const { container } = render(App, { backend: memory(scene.answers) });
        await waitFor(() =>
          expect(container.textContent).toMatch(/Signing token|No signing token/),
        );
        await scene.play?.(play(document));
        expect(await faults()).toEqual([]);
      },
      PATIENCE,
    );
  }
});
