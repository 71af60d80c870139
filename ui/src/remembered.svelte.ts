/** A choice of how the window looks that outlives it. */
export class Remembered {
  readonly #name: string;
  #value = $state(false);

  constructor(name: string, usual: boolean) {
    this.#name = name;
    this.#value = read(name) ?? usual;
  }

  get value(): boolean {
    return this.#value;
  }

  set value(chosen: boolean) {
    this.#value = chosen;
    try {
      localStorage.setItem(this.#name, chosen ? "yes" : "no");
    } catch {
      // Without storage it holds until the window is closed.
    }
  }
}

function read(name: string): boolean | null {
  try {
    const kept = localStorage.getItem(name);
    return kept === null ? null : kept === "yes";
  } catch {
    return null;
  }
}
