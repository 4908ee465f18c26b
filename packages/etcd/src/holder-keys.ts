import { systemRandom } from "@holdfast/core";
import type { Keyspace } from "./keyspace.ts";

/**
 * The keys that one process uses under each name: `<process>-0`, `<process>-1`, as few as it has acquisitions of
 * that name at once.
 *
 * A key for each acquisition would be simpler. But a server keeps every key that was ever deleted until it
 * compacts, and an acquire compares a range that they are in: after 30,000 acquisitions it took four times
 * as long.
 */
export class HolderKeys {
  readonly #keyspace: Keyspace;
  readonly #process = systemRandom.holderId();
  readonly #taken = new Map<string, Set<string>>();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** The first of those that nobody of this process uses. */
  take(name: string): Buffer {
    const taken = this.#taken.get(name) ?? new Set();
    this.#taken.set(name, taken);
    for (let number = 0; ; number += 1) {
      const holder = `${this.#process}-${number}`;
      if (taken.has(holder)) continue;
      taken.add(holder);
      return this.#keyspace.key(name, holder);
    }
  }

  /** Nothing is left under that key, nor can come. A key of another process is nobody's here. */
  free(name: string, key: Buffer): void {
    const taken = this.#taken.get(name);
    if (taken === undefined) return;
    taken.delete(key.toString().slice(key.toString().lastIndexOf("/") + 1));
    if (taken.size === 0) this.#taken.delete(name);
  }
}
