import { type Channel, channel } from "node:diagnostics_channel";
import { type GrantedEvent, LockError, type RenewedEvent } from "@holdfast/core";
import type { TurnCounts } from "../message.ts";

/** More of both than a busy machine causes: the backend is gone, or something is wrong. */
const FAULT_COUNT_MAX = 1_000;
const FAULT_SHARE_MAX = 0.01;

/** Counts what callers do, and what the library says that it did. */
export class Tally implements Disposable {
  cycles = 0;
  withdrawn = 0;
  readonly #faults = new Map<string, number>();
  #faultCount = 0;
  #serverCycles = 0;
  #localCycles = 0;
  #renewals = 0;
  readonly #listeners: readonly (readonly [Channel, (message: unknown) => void])[];

  constructor() {
    this.#listeners = [
      [channel("holdfast:granted"), (message) => this.#onGranted(message as GrantedEvent)],
      [channel("holdfast:renewed"), (message) => this.#onRenewed(message as RenewedEvent)],
    ];
    for (const [source, listener] of this.#listeners) source.subscribe(listener);
  }

  /** Counts a failed call. Throws once there were so many that going on would prove nothing. */
  countFault(error: unknown): void {
    const code = LockError.is(error) ? error.code : String(error);
    this.#faults.set(code, (this.#faults.get(code) ?? 0) + 1);
    this.#faultCount += 1;
    const bound = Math.max(FAULT_COUNT_MAX, FAULT_SHARE_MAX * this.cycles);
    if (this.#faultCount < bound) return;
    throw new Error(`${this.#faultCount} calls failed, the last with ${code}`, { cause: error });
  }

  get counts(): TurnCounts {
    return {
      cycles: this.cycles,
      serverCycles: this.#serverCycles,
      localCycles: this.#localCycles,
      withdrawn: this.withdrawn,
      renewals: this.#renewals,
      faults: Object.fromEntries(this.#faults),
    };
  }

  [Symbol.dispose](): void {
    for (const [source, listener] of this.#listeners) source.unsubscribe(listener);
  }

  #onGranted({ localIndex }: GrantedEvent): void {
    if (localIndex === 0) this.#serverCycles += 1;
    else this.#localCycles += 1;
  }

  #onRenewed({ status }: RenewedEvent): void {
    if (status === "renewed") this.#renewals += 1;
  }
}
