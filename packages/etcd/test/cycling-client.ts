import { setTimeout as sleepMs } from "node:timers/promises";
import { type Lease, LockError, type Locks } from "@holdfast/core";
import type { Entry, Recorder } from "@holdfast/history";

const PHASES = { released: "ok", absent: "fail", unknown: "unknown" } as const;
const NS_PER_MS = 1e6;
const WAIT_MS = 20_000;

/** Takes and gives back locks, one after the other, and records what it saw. */
export class CyclingClient {
  cycleCount = 0;
  readonly #name: string;
  readonly #locks: Locks;
  readonly #recorder: Recorder;
  #holdCount = 0;

  constructor(name: string, locks: Locks, recorder: Recorder) {
    this.#name = name;
    this.#locks = locks;
    this.#recorder = recorder;
  }

  /** Goes on until `isOver` says so. */
  async run(lockName: string, ttlMs: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.#cycle(lockName, ttlMs);
  }

  async #cycle(lockName: string, ttlMs: number): Promise<void> {
    this.#holdCount += 1;
    const client = this.#name;
    const about = { process: client, client, hold: `${client}-${this.#holdCount}`, name: lockName };
    this.#recorder.record({ ...about, operation: "acquire", phase: "invoke", ttlMs });
    try {
      const lease = await this.#locks.acquire(lockName, { ttlMs, waitMs: WAIT_MS });
      this.#granted(about, lease);
      await sleepMs(1);
      this.#recorder.record({ ...about, operation: "release", phase: "invoke" });
      const outcome = await lease.release();
      this.#recorder.record({ ...about, operation: "release", phase: PHASES[outcome] });
      this.cycleCount += 1;
    } catch (error) {
      if (!LockError.is(error)) throw error;
      const phase = error.outcome === "not-applied" ? "fail" : "unknown";
      this.#recorder.record({ ...about, operation: "acquire", phase, detail: error.code });
    }
  }

  #granted(about: Pick<Entry, "process" | "client" | "hold" | "name">, lease: Lease): void {
    this.#recorder.record({
      ...about,
      operation: "acquire",
      phase: "ok",
      token: String(lease.fencingToken),
      validUntilNs: Math.round(this.#recorder.nowNs() + lease.validForMs * NS_PER_MS),
    });
    const lost = (): void => this.#recorder.record({ ...about, operation: "lost", phase: "ok" });
    lease.signal.addEventListener("abort", lost);
  }
}
