import { expect, it } from "vitest";

import { failure } from "./error";

it("takes a fault of the webview's own for no answer of ours", () => {
  const thrown = new DOMException("gone", "NotFoundError");
  expect(failure(thrown)).toMatchObject({ code: "internal", detail: "NotFoundError: gone" });
});
