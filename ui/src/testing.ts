import "@testing-library/jest-dom/vitest";

// jsdom has no pointer capture; tests that drag do not depend on it.
HTMLElement.prototype.setPointerCapture = () => {};
