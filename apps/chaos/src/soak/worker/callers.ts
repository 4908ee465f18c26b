import { getEventListeners, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Locks } from "@holdfast/core";
import type { Tally } from "./tally.ts";
import { type Caller, turnOf } from "./turns.ts";

/** Callers that share a hot name, about. */
const CALLERS_PER_HOT_NAME = 8;
/** The keeper's ttl: short, so that it is renewed often. etcd grants 2 s at least, and is asked for that. */
const KEPT_TTL_MS = 500;
const KEPT_MS = 1_500;
/** A caller takes up its turns elsewhere in their order than its neighbour. */
const STRIDE = 37;

/** Many callers over a few clients of one process, as in a service under load. */
export class Callers {
  readonly #tally: Tally;
  readonly #clients: readonly Locks[];
  readonly #callerCount: number;
  readonly #stop: AbortSignal;
  /** One for all acquires of all callers. */
  readonly #lasting = new AbortController();
  readonly #turns: number[];
  readonly #hotNameCount: number;
  #nameCount = 0;

  constructor(
    clients: readonly Locks[],
    options: { readonly tally: Tally; readonly callerCount: number; readonly stop: AbortSignal },
  ) {
    this.#clients = clients;
    this.#tally = options.tally;
    this.#callerCount = options.callerCount;
    this.#stop = options.stop;
    this.#turns = Array.from({ length: this.#callerCount }, (_, index) => index * STRIDE);
    this.#hotNameCount = Math.ceil(this.#callerCount / CALLERS_PER_HOT_NAME);
    setMaxListeners(0, this.#lasting.signal);
  }

  /** What is left on the signal that outlives every acquire. */
  get listenerCount(): number {
    return getEventListeners(this.#lasting.signal, "abort").length;
  }

  /** Goes on until so many cycles are done in all, or `stop` aborts. Nobody holds or waits afterwards. */
  async runUntil(cycles: number): Promise<void> {
    await Promise.all(this.#turns.map((_, index) => this.#runOne(index, cycles)));
  }

  /** Holds locks for long enough that they are renewed, one after the other, until `signal` aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    const [locks] = this.#clients;
    while (locks !== undefined && !signal.aborted) {
      await this.#counted(async () => {
        const ttlMs = Math.max(KEPT_TTL_MS, locks.capabilities.ttlMsMin);
        await using _lease = await locks.acquire(this.#freshName(), { ttlMs });
        await sleep(KEPT_MS, undefined, { signal }).catch(() => {});
        this.#tally.cycles += 1;
      });
    }
  }

  async #runOne(index: number, cycles: number): Promise<void> {
    const caller = this.#caller(index);
    while (this.#tally.cycles < cycles && !this.#stop.aborted) {
      const turn = turnOf((this.#turns[index] ?? 0) + index);
      this.#turns[index] = (this.#turns[index] ?? 0) + 1;
      await this.#counted(() => turn(caller));
    }
  }

  #caller(index: number): Caller {
    return {
      locks: this.#clients[index % this.#clients.length] as Locks,
      tally: this.#tally,
      signal: this.#lasting.signal,
      freshName: () => this.#freshName(),
      hotName: () => `hot/${this.#nameCount++ % this.#hotNameCount}`,
    };
  }

  #freshName(): string {
    return `fresh/${this.#nameCount++}`;
  }

  async #counted(turn: () => Promise<void>): Promise<void> {
    try {
      await turn();
    } catch (error) {
      this.#tally.countFault(error);
    }
  }
}
