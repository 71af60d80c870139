import { describe, expect, it } from "vitest";

import { bindings, commandOf, title } from "./keys";
import { de } from "./text/de";
import { en } from "./text/en";

function press(key: string, held: KeyboardEventInit = {}, on: Element = document.body) {
  const event = new KeyboardEvent("keydown", { key, ...held });
  Object.defineProperty(event, "target", { value: on });
  return event;
}

describe("the table of keys", () => {
  it("has a name for every command in every language", () => {
    for (const { command } of bindings) {
      expect(en).toHaveProperty([title(command)]);
      expect(de).toHaveProperty([title(command)]);
    }
  });

  it("gives no key two meanings in one place", () => {
    const heard = bindings
      .filter(({ where }) => where !== "box")
      .flatMap(({ keys }) => keys as readonly string[]);
    expect(new Set(heard).size).toBe(heard.length);
  });

  it("hears keys however a keyboard spells them", () => {
    for (const event of [
      press("+", { ctrlKey: true }),
      press("=", { ctrlKey: true }),
      press("+", { ctrlKey: true, shiftKey: true }),
      press("+", { metaKey: true }),
    ]) {
      expect(commandOf(event, false)).toBe("zoom-in");
    }
    expect(commandOf(press("S", { ctrlKey: true, shiftKey: true }), false)).toBe("place");
    expect(commandOf(press("F6", { shiftKey: true }), false)).toBe("previous-region");
  });

  it("hears single letters only while the pages have the focus", () => {
    expect(commandOf(press("n"), false)).toBeNull();
    expect(commandOf(press("n"), true)).toBe("next-field");
    expect(commandOf(press("N", { shiftKey: true }), true)).toBe("previous-field");
    expect(commandOf(press("?", { shiftKey: true }), true)).toBe("help");
  });

  it("leaves every letter to a field that lies where the pages are", () => {
    const field = document.createElement("input");
    for (const key of ["n", "N", " ", "?"]) {
      expect(commandOf(press(key, {}, field), true)).toBeNull();
    }
  });

  it("lets Space press the button that has the focus", () => {
    const button = document.createElement("button");
    expect(commandOf(press(" ", {}, button), true)).toBeNull();
    expect(commandOf(press(" "), true)).toBe("screen-on");
  });

  it("leaves keys alone that mean something where the focus is", () => {
    const field = document.createElement("input");
    expect(commandOf(press("Home", {}, field), false)).toBeNull();
    expect(commandOf(press("z", { ctrlKey: true }, field), false)).toBeNull();
    expect(commandOf(press("Home"), false)).toBe("first-page");
    expect(commandOf(press("z", { ctrlKey: true }), false)).toBe("undo");
    expect(commandOf(press("PageDown", {}, field), false)).toBe("next-page");
  });
});
