/** What a {@link WakeHeap} orders. `heapIndex` is the heap's own; −1 means not in it. */
export interface Wakeable {
  wakeAtMs: number;
  heapIndex: number;
}

/**
 * A binary min-heap over `wakeAtMs` in which each item knows its place, so that an item can be
 * removed or moved in O(log n) wherever it stands.
 */
export class WakeHeap<Item extends Wakeable> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  /** Every item, in no order. */
  values(): IterableIterator<Item> {
    return this.#items.values();
  }

  /** Adds an item, or moves it after its `wakeAtMs` changed. */
  place(item: Item): void {
    if (item.heapIndex < 0) {
      item.heapIndex = this.#items.length;
      this.#items.push(item);
      this.#rise(item);
      return;
    }
    this.#rise(item);
    this.#sink(item);
  }

  /** Removes an item; one that is not in the heap is left alone. */
  remove(item: Item): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop() as Item;
    if (last === item) return;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #put(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }

  #rise(item: Item): void {
    while (item.heapIndex > 0) {
      const at = item.heapIndex;
      const parent = this.#items[(at - 1) >> 1] as Item;
      if (parent.wakeAtMs <= item.wakeAtMs) return;
      this.#put(item, parent.heapIndex);
      this.#put(parent, at);
    }
  }

  #sink(item: Item): void {
    for (;;) {
      const at = item.heapIndex;
      const left = this.#items[2 * at + 1];
      const right = this.#items[2 * at + 2];
      if (left === undefined) return;
      const child = right !== undefined && right.wakeAtMs < left.wakeAtMs ? right : left;
      if (item.wakeAtMs <= child.wakeAtMs) return;
      this.#put(item, child.heapIndex);
      this.#put(child, at);
    }
  }
}
