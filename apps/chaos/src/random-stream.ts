import { createHash } from "node:crypto";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const WORDS = 2 ** 32;

/**
 * Pseudo-random numbers of one part of a run. Each part has a stream of its own, so that drawing once
 * more in one of them leaves all others as they were.
 */
export class RandomStream {
  readonly #generator: { next(): number };

  constructor(seed: number, part: string) {
    const hash = createHash("sha256").update(`${seed}:${part}`).digest();
    this.#generator = xoroshiro128plus(hash.readInt32LE(0));
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return (this.#generator.next() >>> 0) / WORDS;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  /** Uniform in [`min`, `max`). */
  between(min: number, max: number): number {
    return min + this.fraction() * (max - min);
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("there is nothing to pick from");
    return items[this.integer(0, items.length - 1)] as Item;
  }

  /** The same items in an order of its own. */
  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    const left = [...items];
    return items.map(() => left.splice(this.integer(0, left.length - 1), 1)[0] as Item);
  }
}
