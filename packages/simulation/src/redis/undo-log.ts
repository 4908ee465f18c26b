/** What a key held before one write. */
interface Undone<Value> {
  readonly key: string;
  readonly before: Value | undefined;
  readonly atUs: number;
}

/** Entries let go before the list is compacted, if they are also half of it. */
const DROPPED_MIN = 256;

/**
 * The writes of the last while, each with what it replaced, so that they can be taken back. Writes older
 * than `windowUs` by the clock that is given with each are let go; a clock set back keeps them longer.
 */
export class UndoLog<Value> {
  readonly #windowUs: number;
  #writes: Undone<Value>[] = [];
  #oldest = 0;

  constructor(windowUs: number) {
    this.#windowUs = windowUs;
  }

  add(key: string, before: Value | undefined, atUs: number): void {
    this.#writes.push({ key, before, atUs });
    this.#dropBefore(atUs - this.#windowUs);
  }

  /** Takes back the writes of the last window before `nowUs`, newest first, and forgets all. */
  undo(nowUs: number, restore: (key: string, before: Value | undefined) => void): void {
    this.#dropBefore(nowUs - this.#windowUs);
    for (let at = this.#writes.length - 1; at >= this.#oldest; at -= 1) {
      const write = this.#writes[at];
      if (write !== undefined) restore(write.key, write.before);
    }
    this.clear();
  }

  clear(): void {
    this.#writes.length = 0;
    this.#oldest = 0;
  }

  #dropBefore(atUs: number): void {
    const writes = this.#writes;
    let oldest = this.#oldest;
    for (let write = writes[oldest]; write !== undefined && write.atUs < atUs; ) {
      oldest += 1;
      write = writes[oldest];
    }
    this.#oldest = oldest;
    if (oldest < DROPPED_MIN || oldest * 2 < writes.length) return;
    this.#writes = writes.slice(oldest);
    this.#oldest = 0;
  }
}
