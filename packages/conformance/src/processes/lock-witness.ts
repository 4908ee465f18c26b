import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type AcquireOptions,
  type Lease,
  LockError,
  type Locks,
  type ReleaseOutcome,
  type Ticket,
} from "@holdfast/core";
import type { WitnessEvent } from "../witness-event.ts";

const RENEWED = "holdfast:renewed";
const NS_PER_MS = 1e6;

/** What an event says besides who and when. */
type Said = Pick<WitnessEvent, "hold" | "name" | "operation" | "phase"> &
  Partial<Pick<WitnessEvent, "token" | "ttlMs" | "validUntilNs">>;

/** How long to hold and to wait. */
type WaitOptions = Pick<AcquireOptions, "ttlMs" | "waitMs">;

const PHASES = { released: "ok", absent: "fail", unknown: "unknown" } as const;

/** A lease that its holder has neither released nor lost. */
interface Held {
  readonly hold: string;
  readonly lease: Lease;
}

/** Takes and gives back locks for a process, and tells what it sees of them. */
export class LockWitness {
  readonly #process: string;
  readonly #baseNs: bigint;
  readonly #tell: (event: WitnessEvent) => void;
  readonly #held = new Set<Held>();
  readonly #onRenewed = (message: unknown): void => this.#renewed(message);
  #count = 0;

  /** `baseNs` is a reading of `process.hrtime.bigint()` that all processes of the case share. */
  constructor(process: string, baseNs: bigint, tell: (event: WitnessEvent) => void) {
    this.#process = process;
    this.#baseNs = baseNs;
    this.#tell = tell;
  }

  [Symbol.dispose](): void {
    unsubscribe(RENEWED, this.#onRenewed);
  }

  /** As `locks.acquire`. */
  async acquire(locks: Locks, name: string, options: WaitOptions): Promise<Lease> {
    this.#count += 1;
    const who = { hold: `${this.#process}/${this.#count}`, name, operation: "acquire" } as const;
    const { ttlMs } = options;
    this.note({ ...who, phase: "invoke", ...(ttlMs === undefined ? {} : { ttlMs }) });
    try {
      const lease = await locks.acquire(name, options);
      const token = lease.fencingToken === undefined ? {} : { token: `${lease.fencingToken}` };
      this.note({ ...who, phase: "ok", ...token, validUntilNs: this.#validUntilNs(lease) });
      this.#watch({ hold: who.hold, lease });
      return lease;
    } catch (error) {
      const isCertain = LockError.is(error) && error.outcome === "not-applied";
      this.note({ ...who, phase: isCertain ? "fail" : "unknown" });
      throw error;
    }
  }

  /** As `locks.adopt`; the hold goes on under its name. */
  async adopt(locks: Locks, ticket: Ticket, hold: string): Promise<Lease> {
    const who = { hold, name: ticket.name, operation: "renew" } as const;
    this.note({ ...who, phase: "invoke" });
    try {
      const lease = await locks.adopt(ticket);
      this.note({ ...who, phase: "ok", validUntilNs: this.#validUntilNs(lease) });
      this.#watch({ hold, lease });
      return lease;
    } catch (error) {
      this.note({ ...who, phase: "unknown" });
      throw error;
    }
  }

  /** As `lease.release`. */
  async release(lease: Lease): Promise<ReleaseOutcome> {
    const hold = this.forget(lease);
    if (hold === undefined) return await lease.release();
    const who = { hold, name: lease.name, operation: "release" } as const;
    this.note({ ...who, phase: "invoke" });
    const outcome = await lease.release();
    this.note({ ...who, phase: PHASES[outcome] });
    return outcome;
  }

  /**
   * Says nothing more of a lease, and what its hold is called, with which another may go on; undefined when
   * it is over.
   */
  forget(lease: Lease): string | undefined {
    const held = [...this.#held].find((each) => each.lease === lease);
    if (held !== undefined) this.#held.delete(held);
    if (this.#held.size === 0) this[Symbol.dispose]();
    return held?.hold;
  }

  /** As `locks.close`, which releases what is held. */
  async close(locks: Locks): Promise<void> {
    const closing = [...this.#held].map(({ hold, lease }) => {
      this.forget(lease);
      return { hold, name: lease.name, operation: "release" } as const;
    });
    for (const who of closing) this.note({ ...who, phase: "invoke" });
    await locks.close();
    for (const who of closing) this.note({ ...who, phase: "unknown" });
  }

  note(said: Said): void {
    const [process, client] = [this.#process, this.#process];
    this.#tell({ atNs: this.#nowNs(), process, client, ...said });
  }

  #watch(held: Held): void {
    // Not before there is a lease: to be listened to costs core something.
    if (this.#held.size === 0) subscribe(RENEWED, this.#onRenewed);
    this.#held.add(held);
    const { hold, lease } = held;
    const told = (): void => {
      if (this.forget(lease) === undefined) return;
      this.note({ hold, name: lease.name, operation: "lost", phase: "ok" });
    };
    if (lease.signal.aborted) told();
    else lease.signal.addEventListener("abort", told, { once: true });
  }

  /** Core tells the name and not the lease: of one name a process holds one. */
  #renewed(message: unknown): void {
    const { name, status } = message as { readonly name: string; readonly status: string };
    const held = [...this.#held].find(({ lease }) => lease.name === name);
    if (held === undefined || status !== "renewed") return;
    const who = { hold: held.hold, name, operation: "renew" } as const;
    this.note({ ...who, phase: "invoke" });
    this.note({ ...who, phase: "ok", validUntilNs: this.#validUntilNs(held.lease) });
  }

  /** The clock is read first, so that what passes between the two readings shortens the validity. */
  #validUntilNs(lease: Lease): number {
    const nowNs = this.#nowNs();
    return nowNs + Math.floor(lease.validForMs * NS_PER_MS);
  }

  #nowNs(): number {
    return Number(process.hrtime.bigint() - this.#baseNs);
  }
}
