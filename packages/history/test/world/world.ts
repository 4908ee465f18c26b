import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

interface Due {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Virtual time and all chance of a run: the same seed does the same things. */
export class World {
  nowMs = 0;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  /** In the order of time; the same time in the order of being set. */
  readonly #due: Due[] = [];

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  nowNs(): number {
    return Math.round(this.nowMs * 1e6);
  }

  /** From `least` up to, not including, `most`. */
  between(least: number, most: number): number {
    return least + uniformFloat64(this.#generator) * (most - least);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.between(0, items.length))] as Item;
  }

  at(atMs: number, callback: () => void): void {
    let index = this.#due.length;
    while (index > 0 && (this.#due[index - 1] as Due).atMs > atMs) index -= 1;
    this.#due.splice(index, 0, { atMs, callback });
  }

  /** Runs what is due until `work` has settled; throws when that does not happen by `limitMs`. */
  async runUntil(work: Promise<unknown>, limitMs: number): Promise<void> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    work.then(settle, settle);
    await turn();
    while (!isSettled) {
      const next = this.#due.shift();
      if (next === undefined || next.atMs > limitMs) throw new Error(`stuck at ${this.nowMs} ms`);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
      await turn();
    }
    await work;
  }
}

/** Lets everything run that waits for no time. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
