import { setTimeout as sleep } from "node:timers/promises";
import type { RandomStream } from "../random-stream.ts";
import type { Bounds } from "./bounds.ts";
import type { ProcessFleet } from "./process-fleet.ts";

/** After everything has settled: so long is looked at what has to come in time. */
const LOOK_MS = 6_000;
/** A worker that is to die as a holder gets a lock within this, or dies without. */
const KILL_MS_MAX = 1_000;
/** After the latest moment at which the lock of a dead holder has to have been granted again. */
const AFTER_MS = 500;
/** By how much a server may count longer for a ttl. */
const DRIFT_FACTOR = 1.01;

interface CalmOptions {
  readonly fleet: ProcessFleet;
  readonly bounds: Bounds;
  readonly random: RandomStream;
  readonly signal: AbortSignal;
}

/**
 * The time between storms, in which nothing is broken. In every other one, from the first, a holder is killed: no
 * fault that would excuse anything, since whoever waits has to be granted its lock in time.
 */
export class Calm {
  readonly #options: CalmOptions;
  #count = 0;

  constructor(options: CalmOptions) {
    this.#options = options;
  }

  /** How long the next one is. */
  get nextMs(): number {
    const { check, ttlsMs } = this.#options.bounds;
    const lookMs = check.settleMs + LOOK_MS;
    if (this.#count % 2 === 1) return lookMs;
    const deadMs = check.deliveryMs + Math.max(...ttlsMs) * DRIFT_FACTOR;
    return lookMs + KILL_MS_MAX + deadMs + check.crashHandOffMs + AFTER_MS;
  }

  /** Lasts `ms`; one that is shorter than {@link nextMs} has time for no more than a look. */
  async pass(ms: number): Promise<void> {
    const { fleet, bounds, random } = this.#options;
    const endMs = performance.now() + ms;
    const isWhole = ms > this.nextMs - 1;
    const kills = isWhole && this.#count % 2 === 0;
    this.#count += 1;
    fleet.setCalm(true);
    if (kills) {
      await this.#sleep(bounds.check.settleMs + LOOK_MS);
      await fleet.killHolder(random.integer(0, fleet.size - 1), KILL_MS_MAX);
    }
    await this.#sleep(Math.max(0, endMs - performance.now()));
    fleet.setCalm(false);
  }

  async #sleep(ms: number): Promise<void> {
    // Ends early with the run, and that is no error.
    await sleep(ms, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }
}
