import type { Clock, Timer } from "@holdfast/core";
import { NS_PER_MS, nsOf } from "./nanoseconds.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Scheduled, Scheduler } from "./scheduler.ts";

/** How one machine's clocks differ from true time. */
export interface ClockTraits {
  /** Milliseconds that its clocks count in a true millisecond. */
  readonly rate: number;
  readonly monotonicOriginMs: number;
  readonly bootOriginMs: number;
  readonly wallOriginMs: number;
}

/** What a clock needs from the machine it belongs to. */
export interface ClockHost {
  /** Runs a task when the machine does. */
  receive(kind: "timer", task: () => void): void;
}

/** A timer never fires earlier than this before its time: Node compares whole milliseconds. */
const EARLY_MS_MAX = 1;
const LATE_MS_MAX = 1;
/** Now and then even an idle loop is late. */
const VERY_LATE_CHANCE = 0.02;
const VERY_LATE_MS_MAX = 3.9;

interface Pending {
  /** By the monotonic clock. */
  readonly targetMs: number;
  readonly callback: () => void;
  scheduled: Scheduled;
}

/**
 * The clocks and timers of one simulated machine. All run at one rate that is not quite true; the
 * monotonic clock stands still in suspend, the boot clock does not, and the wall clock can be set.
 */
export class HostClock implements Clock {
  readonly traits: ClockTraits;
  /** By how much more than usual its timers are late. */
  lateMs = 0;
  readonly #scheduler: Scheduler;
  readonly #host: ClockHost;
  readonly #random: RandomStream;
  readonly #pending = new Set<Pending>();
  #suspendedNs = 0;
  #suspendedSinceNs: number | undefined;
  #wallJumpMs = 0;
  /** How far code that does not let go of the loop has got beyond the world. */
  #aheadNs = 0;

  constructor(
    traits: ClockTraits,
    parts: {
      readonly scheduler: Scheduler;
      readonly host: ClockHost;
      readonly random: RandomStream;
    },
  ) {
    this.traits = traits;
    this.#scheduler = parts.scheduler;
    this.#host = parts.host;
    this.#random = parts.random;
  }

  /** True time as this machine's running code has reached it. */
  get nowNs(): number {
    return this.#scheduler.nowNs + this.#aheadNs;
  }

  /** Timers that are set and have not fired. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  monotonicMs(): number {
    const asleepNs = this.#suspendedSinceNs === undefined ? 0 : this.nowNs - this.#suspendedSinceNs;
    const awakeNs = this.nowNs - this.#suspendedNs - asleepNs;
    return this.traits.monotonicOriginMs + (awakeNs * this.traits.rate) / NS_PER_MS;
  }

  wallMs(): number {
    const { wallOriginMs, rate } = this.traits;
    return wallOriginMs + this.#wallJumpMs + (this.nowNs * rate) / NS_PER_MS;
  }

  /** Exact, although the system cuts it to hundredths of a second: a sleep is told to the same. */
  bootMs(): number {
    return this.traits.bootOriginMs + (this.nowNs * this.traits.rate) / NS_PER_MS;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const lateMs = this.#latenessMs() + this.lateMs;
    const targetMs = this.monotonicMs() + Math.max(1, delayMs) + lateMs;
    const pending = { targetMs, callback } as Pending;
    pending.scheduled = this.#schedule(pending);
    this.#pending.add(pending);
    return {
      cancel: () => {
        pending.scheduled.isCancelled = true;
        this.#pending.delete(pending);
      },
    };
  }

  /** The world goes on, and code that runs now has gone on by itself for so long. */
  runAhead(durationNs: number): void {
    this.#aheadNs += durationNs;
  }

  /** Ends the running task; gives how long the world has yet to catch up. */
  catchUp(): number {
    const aheadNs = this.#aheadNs;
    this.#aheadNs = 0;
    return aheadNs;
  }

  /** Timers stand still with the monotonic clock. */
  suspend(): void {
    if (this.#suspendedSinceNs !== undefined) return;
    this.#suspendedSinceNs = this.#scheduler.nowNs;
    for (const { scheduled } of this.#pending) scheduled.isCancelled = true;
  }

  resume(): void {
    if (this.#suspendedSinceNs === undefined) return;
    this.#suspendedNs += this.#scheduler.nowNs - this.#suspendedSinceNs;
    this.#suspendedSinceNs = undefined;
    for (const pending of this.#pending) pending.scheduled = this.#schedule(pending);
  }

  jumpWall(byMs: number): void {
    this.#wallJumpMs += byMs;
  }

  /** Every timer is gone, as with its process. */
  clear(): void {
    for (const pending of this.#pending) pending.scheduled.isCancelled = true;
    this.#pending.clear();
  }

  #latenessMs(): number {
    if (this.#random.chance(VERY_LATE_CHANCE)) return this.#random.between(0, VERY_LATE_MS_MAX);
    return this.#random.between(-EARLY_MS_MAX, LATE_MS_MAX);
  }

  #schedule(pending: Pending): Scheduled {
    const delayMs = Math.max(0, pending.targetMs - this.monotonicMs());
    return this.#scheduler.at(this.nowNs + nsOf(delayMs / this.traits.rate) + 1, () => {
      this.#host.receive("timer", () => {
        if (this.#pending.delete(pending)) pending.callback();
      });
    });
  }
}
