import "@testing-library/jest-dom/vitest";

// jsdom has no pointer capture; tests that drag do not depend on it.
HTMLElement.prototype.setPointerCapture = () => {};

// Nor does it lay anything out, so nothing ever changes its size.
globalThis.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
