import type { Lease } from "@holdfast/core";
import { NS_PER_MS } from "../world/nanoseconds.ts";
import type { Hold } from "./observer.ts";

/** What is looked at inside of a lease: reading it through the interface would change what it knows. */
interface Inside {
  readonly holding: {
    readonly deadlineMs: number;
    readonly holderId: string;
    readonly ended: boolean;
  };
}

interface TrackedParts {
  readonly hold: Hold;
  readonly lease: Lease;
  /** Boot time less monotonic time of its process when its `Locks` was made. */
  readonly originMs: number;
}

/** A lease that somebody believes in, seen from outside and in true time. */
export class TrackedLease {
  readonly hold: Hold;
  readonly lease: Lease;
  readonly startNs: number;
  /** From when on its holder relies on it no longer: it released it or was told of the loss. */
  endNs: number = Number.POSITIVE_INFINITY;
  /** The holder listens to the lease's signal. */
  hasSignal = false;
  /** Beyond this no renewal may take it, for the backend has no such lock any more. */
  goneLimitNs: number = Number.POSITIVE_INFINITY;
  readonly #originMs: number;
  readonly #inside: Inside["holding"];
  #deadlineMs: number;

  constructor({ hold, lease, originMs }: TrackedParts) {
    this.hold = hold;
    this.lease = lease;
    this.#originMs = originMs;
    this.startNs = hold.host.clock.nowNs;
    const { holding } = lease as unknown as Partial<Inside>;
    if (typeof holding?.deadlineMs !== "number") {
      throw new TypeError("a lease has no deadline where the simulation looks for it");
    }
    this.#inside = holding;
    this.#deadlineMs = holding.deadlineMs;
  }

  get holderId(): string {
    return this.#inside.holderId;
  }

  /** Whoever asks the lease is told that it is over. */
  get isEnded(): boolean {
    return this.#inside.ended;
  }

  /** The instant of true time at which the holder's clock, suspend included, reaches the deadline. */
  get validUntilNs(): number {
    const { clock } = this.hold.host;
    const leftMs = this.#inside.deadlineMs - (clock.bootMs() - this.#originMs);
    return Math.floor(clock.nowNs + (leftMs / clock.traits.rate) * NS_PER_MS);
  }

  isValidAt(nowNs: number): boolean {
    const isBelieved = nowNs >= this.startNs && nowNs < this.endNs && !this.isEnded;
    return isBelieved && nowNs < this.validUntilNs;
  }

  /** The new end of the validity, if it has moved since the last look. */
  prolonged(): number | undefined {
    const { deadlineMs } = this.#inside;
    if (deadlineMs === this.#deadlineMs) return undefined;
    this.#deadlineMs = deadlineMs;
    return this.validUntilNs;
  }
}
