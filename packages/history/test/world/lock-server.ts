import type { Network } from "./network.ts";
import type { Process } from "./process.ts";

/** What a client asks for. */
export interface LockRequest {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
  /** The token that the client proposes, in microseconds of its own clock. */
  readonly proposal: bigint;
  /** Who asks, through all its attempts. */
  readonly waiter: string;
  /** Whether it wants to stand in line, and how it hears that it may be its turn. */
  readonly joins: boolean;
  readonly from: Process;
  readonly hint: () => void;
}

export type Answer =
  | { readonly granted: true; readonly token: bigint }
  | { readonly granted: false; readonly why: "held" | "dead" | "abstaining" };

export interface Lock {
  holder: string;
  token: bigint;
  /** By the server's clock. */
  expiresMs: number;
}

interface Place {
  readonly waiter: string;
  readonly from: Process;
  readonly hint: () => void;
}

/** How long the first in line may take to come when the lock is free. */
const CLAIM_MS = 100;
/** How far a proposal may be from the server's own clock. */
const SLACK_US = 50_000n;

/** A correct lock server: one member of a quorum, or all there is. It keeps its locks in memory. */
export class LockServer {
  readonly process: Process;
  /** From a restart on, so that what was forgotten is over before it grants anything. */
  readonly guardMs: number;
  readonly locks: Map<string, Lock> = new Map();
  readonly fences: Map<string, bigint> = new Map();
  readonly lines: Map<string, Place[]> = new Map();
  readonly tombstones: Set<string> = new Set();
  abstainsUntilMs = 0;
  readonly #network: Network;

  constructor(process: Process, network: Network, guardMs: number) {
    this.process = process;
    this.guardMs = guardMs;
    this.#network = network;
  }

  nowMs(): number {
    return this.process.monotonicMs();
  }

  acquire(request: LockRequest): Answer {
    const { name, holder } = request;
    if (this.nowMs() < this.abstainsUntilMs) return { granted: false, why: "abstaining" };
    if (this.tombstones.has(holder)) return { granted: false, why: "dead" };
    const lock = this.locks.get(name);
    // A copy of a request that was granted.
    if (lock?.holder === holder) return { granted: true, token: lock.token };
    if (lock !== undefined || !this.isFirst(request)) {
      if (request.joins) this.join(request);
      return { granted: false, why: "held" };
    }
    const token = this.grant(request);
    this.leave(name, request.waiter);
    return { granted: true, token };
  }

  /** Prolongs the lock and raises its token and the fence; false when it is not the holder's. */
  renew({ name, holder, ttlMs }: LockRequest, token: bigint): boolean {
    const lock = this.locks.get(name);
    if (lock?.holder !== holder) return false;
    lock.token = token;
    this.raise(name, token);
    this.expire(name, lock, ttlMs);
    return true;
  }

  /** True when it was the holder's. The holder is refused for ever after. */
  release({ name, holder }: LockRequest): boolean {
    this.tombstones.add(holder);
    if (this.locks.get(name)?.holder !== holder) return false;
    this.free(name);
    return true;
  }

  increment(name: string): bigint {
    const token = (this.fences.get(name) ?? 0n) + 1n;
    this.fences.set(name, token);
    return token;
  }

  leave(name: string, waiter: string): void {
    const line = this.lines.get(name);
    const index = line?.findIndex((place) => place.waiter === waiter) ?? -1;
    if (index < 0) return;
    line?.splice(index, 1);
    if (index === 0) this.callFirst(name);
  }

  /** Comes back without memory. */
  restart(): void {
    this.locks.clear();
    this.fences.clear();
    this.lines.clear();
    this.tombstones.clear();
    this.abstainsUntilMs = this.nowMs() + this.guardMs;
  }

  protected isFirst({ name, waiter }: LockRequest): boolean {
    const first = this.lines.get(name)?.[0];
    return first === undefined || first.waiter === waiter;
  }

  join({ name, waiter, from, hint }: LockRequest): void {
    const line = this.lines.get(name) ?? [];
    this.lines.set(name, line);
    if (!line.some((place) => place.waiter === waiter)) line.push({ waiter, from, hint });
  }

  protected grant({ name, holder, ttlMs, proposal }: LockRequest): bigint {
    const token = this.mint(name, proposal);
    const lock = { holder, token, expiresMs: 0 };
    this.locks.set(name, lock);
    this.expire(name, lock, ttlMs);
    return token;
  }

  protected mint(name: string, proposal: bigint): bigint {
    const nowUs = BigInt(Math.floor(this.process.wallMs() * 1_000));
    const atMost = proposal < nowUs + SLACK_US ? proposal : nowUs + SLACK_US;
    const clamped = atMost > nowUs - SLACK_US ? atMost : nowUs - SLACK_US;
    this.raise(name, clamped - 1n);
    return this.increment(name);
  }

  protected raise(name: string, token: bigint): void {
    if (token > (this.fences.get(name) ?? 0n)) this.fences.set(name, token);
  }

  protected expire(name: string, lock: Lock, ttlMs: number): void {
    lock.expiresMs = this.nowMs() + ttlMs;
    const look = (): void => {
      if (this.locks.get(name) !== lock) return;
      if (this.nowMs() >= lock.expiresMs) this.free(name);
      else this.process.after(lock.expiresMs - this.nowMs(), look);
    };
    this.process.after(ttlMs, look);
  }

  protected free(name: string): void {
    this.locks.delete(name);
    this.callFirst(name);
  }

  /** Tells the first in line, and the next one when it does not come. */
  protected callFirst(name: string): void {
    const first = this.lines.get(name)?.[0];
    if (first === undefined || this.locks.has(name)) return;
    this.#network.send(this.process, first.from, first.hint);
    this.process.after(CLAIM_MS, () => {
      const isStillFirst = this.lines.get(name)?.[0] === first;
      if (isStillFirst && !this.locks.has(name)) this.leave(name, first.waiter);
    });
  }
}
