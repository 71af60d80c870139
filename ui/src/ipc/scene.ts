/** A window's state with a name: what the backend in memory answers, and what is done in the page. */
export interface Scene<A> {
  answers: Partial<A>;
  /** Brings about what no answer shows by itself: a wrong secret, a step on the way. */
  play?: (page: Play) => Promise<void>;
}

/** A hand in the page: it finds elements by `data-testid`, and waits until they are there. */
export interface Play {
  find<E extends HTMLElement | SVGElement = HTMLElement>(id: string): Promise<E>;
  click(id: string): Promise<void>;
  /** Replaces what stands in a field, or chooses in a list. */
  type(id: string, text: string): Promise<void>;
  /** Presses a key such as `F9` or `ArrowLeft` where the focus is. */
  press(key: string, held?: KeyboardEventInit): Promise<void>;
}

/** How long an element is waited for, in ms. */
const PATIENCE = 5_000;

/** A hand in a page. */
export function play(root: ParentNode): Play {
  const hand: Play = {
    async find<E extends HTMLElement | SVGElement = HTMLElement>(id: string): Promise<E> {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        const found = root.querySelector<E>(`[data-testid="${id}"]`);
        if (found && !found.matches(":disabled")) return found;
        if (Date.now() > deadline) throw new Error(`nothing to use is called ${id}`);
        await new Promise((later) => setTimeout(later, 10));
      }
    },
    async click(id) {
      (await hand.find(id)).click();
    },
    async type(id, text) {
      const field = await hand.find<HTMLInputElement>(id);
      field.value = text;
      for (const heard of ["input", "change"]) {
        field.dispatchEvent(new Event(heard, { bubbles: true }));
      }
    },
    async press(key, held = {}) {
      const target = document.activeElement ?? document.body;
      target.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held }),
      );
    },
  };
  return hand;
}

/**
 * Plays a scene once its window is mounted, and says in `data-scene` of the document's element when
 * it is `shown`, or that it `failed`.
 */
export async function perform<A>(scene: Scene<A> | undefined): Promise<void> {
  const { dataset } = document.documentElement;
  try {
    await scene?.play?.(play(document));
    dataset.scene = "shown";
  } catch (thrown) {
    dataset.scene = "failed";
    throw thrown;
  }
}
