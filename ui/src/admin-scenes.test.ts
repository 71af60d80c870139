import { cleanup, render } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";

import AdminApp from "./AdminApp.svelte";
import { memory, scenes } from "./ipc/administration-memory";
import { play } from "./ipc/scene";

afterEach(cleanup);

/** A busy machine needs longer for one state than is usual for a test, in ms. */
const PATIENCE = 30_000;
/** A long table is drawn slowly here, and teaches nothing that a short one does not. */
const ROWS = 12;

// What axe finds is looked for in the gallery, in a real browser.
describe("every state of the administrator's window", () => {
  for (const [name, scene] of Object.entries(scenes)) {
    it(`can be shown: ${name}`, { timeout: PATIENCE }, async () => {
      const backend = memory(scene.answers);
      const people: typeof backend.people = (request) =>
        backend.people({ ...request, limit: ROWS });
      const { container } = render(AdminApp, { backend: { ...backend, people } });
      await scene.play?.(play(document));
      expect(container).not.toHaveTextContent(/^$/);
    });
  }
});
