import type { RandomStream } from "./random-stream.ts";

/** Something that will happen. */
export interface Scheduled {
  /** True time, in whole nanoseconds since the world began. */
  readonly atNs: number;
  /** Decides between events of the same instant. */
  readonly rank: number;
  readonly sequence: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** What a run of the scheduler is told to do around its events. */
export interface RunOptions {
  /** True when the run is to end before the next event. */
  isOver(): boolean;
  /** After each event, when every promise it settled has been followed up. */
  settled(): void;
  /** An event threw. */
  threw(error: unknown): void;
}

/** A pass of Node's event loop costs about as much as a small event, so many share one. */
const TURNS_PER_PASS = 32;

/**
 * The world's time: a heap of events, each run at its own instant, and nothing happens in between.
 *
 * Every event is an immediate of its own (`setImmediate`), so all microtasks of one are done before
 * the next begins, and a rejection that nobody handles in its turn is reported by Node as it would be
 * outside. Nothing else may run in the loop meanwhile. Events of one instant come in an order drawn
 * from the seed.
 */
export class Scheduler {
  readonly #random: RandomStream;
  readonly #heap: Scheduled[] = [];
  readonly #onceSettled: (() => void)[] = [];
  #nowNs = 0;
  #sequence = 0;
  #eventCount = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  get nowNs(): number {
    return this.#nowNs;
  }

  /** Events that have run. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Events that are still to come. */
  get pendingCount(): number {
    return this.#heap.reduce((count, { isCancelled }) => count + (isCancelled ? 0 : 1), 0);
  }

  /** Runs `run` at `atNs`, or now if that has passed. */
  at(atNs: number, run: () => void): Scheduled {
    this.#sequence += 1;
    const scheduled: Scheduled = {
      atNs: Math.max(this.#nowNs, Math.round(atNs)),
      rank: this.#random.fraction(),
      sequence: this.#sequence,
      run,
      isCancelled: false,
    };
    this.#push(scheduled);
    return scheduled;
  }

  after(delayNs: number, run: () => void): Scheduled {
    return this.at(this.#nowNs + delayNs, run);
  }

  /** Calls back once the running event is over, with all that its promises led to. */
  onceSettled(callback: () => void): void {
    this.#onceSettled.push(callback);
  }

  /** Runs events until `isOver` or until none is left. */
  run(options: RunOptions): Promise<void> {
    return new Promise((resolve) => {
      let isFirst = true;
      let isOver = false;
      const turn = (): void => {
        if (isOver) return;
        if (!isFirst) this.#settle(options);
        isFirst = false;
        isOver = !this.#runNext(options);
        if (isOver) resolve();
      };
      const pass = (): void => {
        turn();
        if (isOver) return;
        for (let count = 1; count < TURNS_PER_PASS; count += 1) setImmediate(turn);
        setImmediate(pass);
      };
      setImmediate(pass);
    });
  }

  /** The event that ran last is over, with all that its promises led to. */
  #settle(options: RunOptions): void {
    options.settled();
    if (this.#onceSettled.length === 0) return;
    for (const callback of this.#onceSettled.splice(0)) callback();
  }

  /** False when the run is over, or no event is left. */
  #runNext(options: RunOptions): boolean {
    const next = options.isOver() ? undefined : this.#pop();
    if (next === undefined) return false;
    this.#nowNs = next.atNs;
    this.#eventCount += 1;
    try {
      next.run();
    } catch (error) {
      options.threw(error);
    }
    return true;
  }

  #push(scheduled: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(scheduled);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Scheduled;
      if (!isBefore(scheduled, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = scheduled;
  }

  #pop(): Scheduled | undefined {
    for (;;) {
      const first = this.#heap[0];
      const last = this.#heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (first !== last) this.#sink(last);
      if (!first.isCancelled) return first;
    }
  }

  #sink(scheduled: Scheduled): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      if (left === undefined) break;
      const right = heap[2 * at + 2];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, scheduled)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = scheduled;
  }
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  if (one.atNs !== other.atNs) return one.atNs < other.atNs;
  if (one.rank !== other.rank) return one.rank < other.rank;
  return one.sequence < other.sequence;
}
