/** The numbers from 0 to `count` − 1, of which any can leave and, last out first in, come back. */
export class PendingList {
  readonly #after: number[];
  readonly #before: number[];
  readonly #end: number;

  constructor(count: number) {
    // One more place, at the end, is where the list begins and ends.
    this.#end = count;
    this.#after = Array.from({ length: count + 1 }, (_, index) => (index + 1) % (count + 1));
    this.#before = Array.from({ length: count + 1 }, (_, index) => (index + count) % (count + 1));
  }

  /** The smallest one; the count when all have left. */
  first(): number {
    return this.next(this.#end);
  }

  /** The one that follows; the count when it is the last. */
  next(index: number): number {
    return this.#after[index] as number;
  }

  remove(index: number): void {
    const before = this.#before[index] as number;
    const after = this.next(index);
    this.#after[before] = after;
    this.#before[after] = before;
  }

  /** Only for the last one that was removed and has not come back yet. */
  restore(index: number): void {
    this.#after[this.#before[index] as number] = index;
    this.#before[this.next(index)] = index;
  }
}
