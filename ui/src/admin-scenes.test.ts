import { cleanup, render } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";

import AdminApp from "./AdminApp.svelte";
import { memory, scenes } from "./ipc/administration-memory";
import { play } from "./ipc/scene";

afterEach(cleanup);

/** A busy machine needs longer for one state than is usual for a test, in ms. */
const PATIENCE = 30_000;
/** A long table takes axe long, and teaches nothing that a short one does not. */
const ROWS = 12;

/** What axe finds; colours and layout are looked at in the gallery, where the letter is hidden. */
async function faults(): Promise<string[]> {
  const found = await axe.run(
    { include: document.body, exclude: [".letter"] },
    {
      rules: { "color-contrast": { enabled: false } },
      resultTypes: ["violations"],
    },
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

describe("every state of the administrator's window", () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(`can be shown and has no fault that axe finds: ${name}`, { timeout: PATIENCE }, async () => {
      const backend = memory(scene.answers);
      const people: typeof backend.people = (request) =>
        backend.people({ ...request, limit: ROWS });
      render(AdminApp, { backend: { ...backend, people } });
      await scene.play?.(play(document));
      expect(await faults()).toEqual([]);
    });
  }
});
