import type { Loss } from "@holdfast/core";

/** Those who want to be told of losses. */
export class Losses {
  readonly #listeners = new Set<(loss: Loss) => void>();

  add(listener: (loss: Loss) => void): Disposable {
    const entry = (loss: Loss): void => listener(loss);
    this.#listeners.add(entry);
    return { [Symbol.dispose]: () => void this.#listeners.delete(entry) };
  }

  tell(loss: Loss): void {
    for (const listener of [...this.#listeners]) listener(loss);
  }
}
