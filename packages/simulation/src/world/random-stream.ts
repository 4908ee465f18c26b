import { createHash } from "node:crypto";
import type { Random } from "@holdfast/core";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

const HOLDER_ID_LENGTH = 22;
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const WORDS = 2 ** 32;

/**
 * Pseudo-random numbers of one subsystem. Each has a stream of its own, so that drawing once more in
 * one of them leaves all others as they were, and a seed keeps its meaning for longer.
 */
export class RandomStream implements Random {
  readonly #generator: { next(): number };

  constructor(seed: number, subsystem: string) {
    const hash = createHash("sha256").update(`${seed}:${subsystem}`).digest();
    this.#generator = xoroshiro128plus(hash.readInt32LE(0));
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return (this.#generator.next() >>> 0) / WORDS;
  }

  holderId(): string {
    let id = "";
    let bits = 0;
    for (let index = 0; index < HOLDER_ID_LENGTH; index += 1) {
      if (index % 5 === 0) bits = this.#generator.next() >>> 0;
      id += BASE64URL[bits & 63];
      bits >>>= 6;
    }
    return id;
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
}
