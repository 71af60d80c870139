import { cleanup, render } from "@testing-library/svelte";
import axe from "axe-core";
import { afterEach, describe, expect, it } from "vitest";

import AdminApp from "./AdminApp.svelte";
import { memory, scenes } from "./ipc/administration-memory";
import { play } from "./ipc/scene";

afterEach(cleanup);

/** What axe finds; colours and layout are looked at in the gallery. */
async function faults(): Promise<string[]> {
  const found = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false } },
    resultTypes: ["violations"],
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
}

describe("every state of the administrator's window", () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(`can be shown and has no fault that axe finds: ${name}`, async () => {
      render(AdminApp, { backend: memory(scene.answers) });
      await scene.play?.(play(document));
      expect(await faults()).toEqual([]);
    });
  }
});
