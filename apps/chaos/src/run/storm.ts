import { setTimeout as sleep } from "node:timers/promises";
import type { Recorder } from "@holdfast/history";
import type { Fault, Scene } from "../fault.ts";
import { RandomStream } from "../random-stream.ts";

/** One fault that was inflicted. */
export interface Inflicted {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly note: string;
}

interface StormOptions {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly scene: Omit<Scene, "random" | "note" | "sleep">;
  readonly recorder: Recorder;
}

/** Between two faults of one side, on average: half of these, to half as much again. */
const PAUSES_MS: Readonly<Record<Fault["side"], number>> = { backend: 800, fleet: 2_000 };
const NS_PER_MS = 1e6;

/** Inflicts faults by the seed: on each side one after the other, every kind as often as the others. */
export class Storm {
  readonly inflicted: Inflicted[] = [];
  /** Kinds of the faults under way. */
  readonly underWay: Set<string> = new Set();
  readonly #options: StormOptions;
  readonly #random: RandomStream;
  /** Aborts when a fault could not be done: the others mend what they broke, and end. */
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #decks = new Map<Fault["side"], Fault[]>();
  #count = 0;

  constructor(options: StormOptions) {
    this.#options = options;
    this.#random = new RandomStream(options.seed, "storm");
    this.#signal = AbortSignal.any([options.scene.signal, this.#failed.signal]);
  }

  /** Rages for about so long; settles when everything is mended. Rejects when a fault could not be done. */
  async rage(ms: number): Promise<void> {
    const untilMs = performance.now() + ms;
    const sides = [this.#rageAt("backend", untilMs), this.#rageAt("fleet", untilMs)];
    try {
      await Promise.all(sides);
    } catch (error) {
      this.#failed.abort();
      await Promise.allSettled(sides);
      throw error;
    }
  }

  async #rageAt(side: Fault["side"], untilMs: number): Promise<void> {
    for (;;) {
      await this.#sleep(PAUSES_MS[side] * this.#random.between(0.5, 1.5));
      const fault = this.#draw(side);
      if (fault === undefined || this.#signal.aborted || performance.now() >= untilMs) return;
      await this.#inflict(fault);
    }
  }

  /** A deck of all kinds is dealt to its end before the next. */
  #draw(side: Fault["side"]): Fault | undefined {
    const kinds = this.#options.faults.filter((fault) => fault.side === side);
    const deck = this.#decks.get(side) ?? [];
    if (deck.length === 0) deck.push(...this.#random.shuffled(kinds));
    this.#decks.set(side, deck);
    return deck.pop();
  }

  async #inflict(fault: Fault): Promise<void> {
    const { seed, scene, recorder } = this.#options;
    this.#count += 1;
    const hold = `f${this.#count}`;
    const notes: string[] = [];
    const random = new RandomStream(seed, `${hold} ${fault.id}`);
    const what = { process: "chaos", client: "", hold, name: "", phase: "ok" } as const;
    const startMs = recorder.nowNs() / NS_PER_MS;
    recorder.record({ ...what, operation: "fault", detail: fault.id });
    this.underWay.add(fault.id);
    try {
      await fault.inflict({
        ...scene,
        signal: this.#signal,
        random,
        sleep: (ms) => this.#sleep(ms),
        note: (text) => void notes.push(text),
      });
    } catch (error) {
      throw new Error(`${fault.id} could not be done: ${String(error)}`, { cause: error });
    } finally {
      this.underWay.delete(fault.id);
      const note = notes.join(", ");
      recorder.record({ ...what, operation: "heal", ...(note === "" ? {} : { detail: note }) });
      const endMs = recorder.nowNs() / NS_PER_MS;
      this.inflicted.push({ id: fault.id, startMs, endMs, note });
    }
  }

  async #sleep(ms: number): Promise<void> {
    // The end of the run ends it early, and that is no error.
    await sleep(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }
}
