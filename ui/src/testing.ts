import "@testing-library/jest-dom/vitest";

// jsdom has no pointer capture; tests that drag do not depend on it.
HTMLElement.prototype.setPointerCapture = () => {};

for (const side of ["clientWidth", "clientHeight"]) {
  Object.defineProperty(HTMLElement.prototype, side, { get: () => 800 });
}

// Nor does it lay anything out, so nothing ever changes its size.
globalThis.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// It has one density, one theme, and nothing ever changes them.
window.matchMedia = (media) =>
  ({
    media,
    matches: false,
    addEventListener: () => {},
    removeEventListener: () => {},
  }) as unknown as MediaQueryList;
