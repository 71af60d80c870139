// Every key of the signer's window. What is pressed is looked up here, and the sheet of keys (F1)
// is made from it, so that neither knows a key the other does not.

import type { Key } from "./text";

/** Where a key is heard. */
export type Where =
  /** Everywhere. */
  | "anywhere"
  /** Everywhere but where the key means something by itself: in fields, lists and on buttons. */
  | "reading"
  /** Only while the pages have the focus: single letters would be in the way elsewhere. */
  | "page"
  /** Only on the signature's box, which hears them itself. */
  | "box";

export type Group = "document" | "moving" | "placing" | "window";

interface Binding {
  command: string;
  group: Group;
  where: Where;
  /** `Ctrl` is ⌘ on a Mac. `Plus` and `Minus` are heard with and without Shift. */
  keys: readonly string[];
}

export const bindings = [
  { command: "open", group: "document", where: "anywhere", keys: ["Ctrl+O"] },
  { command: "close", group: "document", where: "anywhere", keys: ["Ctrl+W"] },
  { command: "verify", group: "document", where: "anywhere", keys: ["Ctrl+Shift+V"] },
  { command: "place", group: "document", where: "anywhere", keys: ["Ctrl+Shift+S"] },
  { command: "next-page", group: "moving", where: "anywhere", keys: ["PageDown"] },
  { command: "previous-page", group: "moving", where: "anywhere", keys: ["PageUp"] },
  { command: "first-page", group: "moving", where: "reading", keys: ["Home"] },
  { command: "last-page", group: "moving", where: "reading", keys: ["End"] },
  { command: "screen-on", group: "moving", where: "page", keys: ["Space"] },
  { command: "screen-back", group: "moving", where: "page", keys: ["Shift+Space"] },
  { command: "go-to-page", group: "moving", where: "anywhere", keys: ["Ctrl+G"] },
  { command: "zoom-in", group: "moving", where: "anywhere", keys: ["Ctrl+Plus"] },
  { command: "zoom-out", group: "moving", where: "anywhere", keys: ["Ctrl+Minus"] },
  { command: "fit-page", group: "moving", where: "anywhere", keys: ["Ctrl+0"] },
  { command: "actual-size", group: "moving", where: "anywhere", keys: ["Ctrl+1"] },
  { command: "fit-width", group: "moving", where: "anywhere", keys: ["Ctrl+2"] },
  { command: "next-field", group: "placing", where: "page", keys: ["N"] },
  { command: "previous-field", group: "placing", where: "page", keys: ["Shift+N"] },
  { command: "undo", group: "placing", where: "reading", keys: ["Ctrl+Z"] },
  {
    command: "nudge",
    group: "placing",
    where: "box",
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
  },
  { command: "nudge-far", group: "placing", where: "box", keys: ["Shift+Arrow"] },
  { command: "resize", group: "placing", where: "box", keys: ["Alt+Arrow"] },
  { command: "carry", group: "placing", where: "box", keys: ["PageUp", "PageDown"] },
  { command: "accept", group: "placing", where: "box", keys: ["Enter"] },
  { command: "leave", group: "placing", where: "box", keys: ["Escape"] },
  { command: "remove", group: "placing", where: "box", keys: ["Delete"] },
  { command: "rail", group: "window", where: "anywhere", keys: ["F9"] },
  { command: "next-region", group: "window", where: "anywhere", keys: ["F6"] },
  { command: "previous-region", group: "window", where: "anywhere", keys: ["Shift+F6"] },
  { command: "settings", group: "window", where: "anywhere", keys: ["Ctrl+,"] },
  { command: "help", group: "window", where: "anywhere", keys: ["F1"] },
  { command: "help", group: "window", where: "page", keys: ["?"] },
] as const satisfies readonly Binding[];

export type Command = (typeof bindings)[number]["command"];

/** What the sheet calls a command. */
export function title(command: Command): Key {
  return `key-${command}`;
}

/** Spellings of keys that have more than one. */
const spellings: Record<string, string> = {
  "+": "plus",
  "=": "plus",
  "-": "minus",
  _: "minus",
  " ": "space",
};
/** Keys whose sign may need Shift, which then says nothing. */
const SHIFTED = new Set(["plus", "minus", "?"]);

/** The name of what was pressed, in the words of the table. */
function pressed(event: KeyboardEvent): string {
  const key = spellings[event.key] ?? event.key.toLowerCase();
  const held = [
    (event.ctrlKey || event.metaKey) && "ctrl",
    event.altKey && "alt",
    event.shiftKey && !SHIFTED.has(key) && "shift",
  ];
  return [...held.filter(Boolean), key].join("+");
}

/** Whether a key means something by itself where the focus is. */
function busy(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input, select, textarea, summary");
}

/** Whether a key presses what has the focus. */
function presses(name: string, target: EventTarget | null): boolean {
  return name.endsWith("space") && target instanceof Element && target.matches("button");
}

/** Whether a key moves about in a list that has the focus. */
function lists(name: string, target: EventTarget | null): boolean {
  return name.startsWith("page") && target instanceof Element && target.matches("select");
}

/** What a key asks for; `onPages` while the pages have the focus. */
export function commandOf(event: KeyboardEvent, onPages: boolean): Command | null {
  const name = pressed(event);
  if (presses(name, event.target) || lists(name, event.target)) return null;
  for (const { command, where, keys } of bindings) {
    if (!keys.some((key) => key.toLowerCase() === name)) continue;
    if (where === "anywhere") return command;
    // A field may lie where the pages are: a letter that is typed into it is a letter.
    if (busy(event.target)) continue;
    if (where === "reading" || (where === "page" && onPages)) return command;
  }
  return null;
}
