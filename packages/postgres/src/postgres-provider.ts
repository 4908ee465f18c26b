import {
  type AcquireRequest,
  type BreakTarget,
  type Capabilities,
  type Clock,
  type EnqueueRequest,
  type Finding,
  type Grant,
  LockError,
  type LockProvider,
  type LockState,
  type Loss,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
} from "@holdfast/core";
import { Attempt, type AttemptHost } from "./attempt.ts";
import { type Fault, faultError, noAnswer } from "./classify-error.ts";
import { ConnectionBudget } from "./connection-budget.ts";
import { Deadlines } from "./deadlines.ts";
import { examine } from "./doctor.ts";
import { Ghosts } from "./ghosts.ts";
import { aborted, grantOf } from "./grant.ts";
import { Hold, type LockHost } from "./hold.ts";
import { HoldSessions } from "./hold-sessions.ts";
import { HoldTable } from "./hold-table.ts";
import { Inspector } from "./inspector.ts";
import { lockKey } from "./lock-key.ts";
import {
  type PostgresOptions,
  type PostgresSettings,
  postgresSettings,
} from "./postgres-options.ts";
import { type Session, StatementFault } from "./session.ts";
import { BEAT } from "./sql.ts";
import { TTL_MS_MAX, TTL_MS_MIN, ttlClassMs } from "./ttl-class.ts";
import { WaiterPool } from "./waiter-pool.ts";

/** A provider over one PostgreSQL server. `Fencing` says in the types whether leases carry tokens. */
export interface PostgresProvider<Fencing extends "none" | "monotonic" = "monotonic">
  extends LockProvider {
  readonly name: "postgres";
  readonly capabilities: Capabilities & { readonly fencing: Fencing };
  readonly clock: Clock;
  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal>;
  release(request: ReleaseRequest): Promise<ReleaseOutcome>;
  onLoss(listener: (loss: Loss) => void): Disposable;
  enqueue(request: EnqueueRequest): Promise<Grant>;
  inspect(name: string): Promise<LockState>;
  breakLock(name: string, target: BreakTarget): Promise<boolean>;
  ping(): Promise<void>;
  doctor(): Promise<readonly Finding[]>;
}

/** Share of the server's lock table that one provider may fill. */
const LOCK_TABLE_SHARE = 0.5;

/**
 * A provider over one PostgreSQL server, by advisory locks on a few sessions of its own.
 *
 * Connects on first use, needs no table, extension or superuser. Bad options are a TypeError or RangeError.
 * Locks of another server, as of a standby or of a primary that was cut off, do not exclude ours.
 */
export function postgres<const F extends boolean = true>(
  options: PostgresOptions & { readonly fencing?: F },
): PostgresProvider<F extends false ? "none" : "monotonic"> {
  const provider: PostgresProvider<"none" | "monotonic"> = new SinglePostgres(
    postgresSettings(options),
  );
  return provider as PostgresProvider<F extends false ? "none" : "monotonic">;
}

class SinglePostgres implements PostgresProvider<"none" | "monotonic">, AttemptHost {
  readonly name = "postgres";
  readonly capabilities: PostgresProvider<"none" | "monotonic">["capabilities"];
  readonly clock: Clock;
  readonly table: HoldTable = new HoldTable();
  readonly deadlines: Deadlines;
  readonly sessions: HoldSessions;
  readonly #settings: PostgresSettings;
  readonly #budget: ConnectionBudget;
  readonly #ghosts: Ghosts;
  readonly #waiters: WaiterPool;
  readonly #inspector: Inspector;
  readonly #lossListeners = new Set<(loss: Loss) => void>();
  #lockCountMax: number = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(settings: PostgresSettings) {
    const { clock, commandTimeoutMs, isPooled } = settings;
    this.clock = clock;
    this.capabilities = capabilitiesOf(settings.fencing);
    this.#settings = settings;
    this.deadlines = new Deadlines(clock, commandTimeoutMs);
    this.#budget = new ConnectionBudget(settings);
    this.sessions = new HoldSessions({
      settings,
      budget: this.#budget,
      isNeeded: () => this.#waiters.isBusy,
      opened: (session, validMs) => {
        this.#opened(session, validMs);
        this.#inspector.channel.listenOn(session);
      },
    });
    this.#ghosts = new Ghosts({ clock, isPooled, control: () => this.sessions.control() });
    this.#waiters = new WaiterPool({
      settings,
      table: this.table,
      sessions: this.sessions,
      budget: this.#budget,
      opened: (session, validMs) => this.#opened(session, validMs),
      giveBack: (hold) => this.giveBack(hold),
    });
    this.#inspector = new Inspector({
      sessions: this.sessions,
      deadlines: this.deadlines,
      id: settings.random.holderId(),
      key: (name) => lockKey(settings.prefix, name),
      holderOf: (key) => this.table.holderOf(key),
      giveUp: (hold) => this.#giveUp(hold),
    });
  }

  nowMs(): number {
    return this.clock.monotonicMs();
  }

  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const fault = this.#refusedAtOnce(request);
    if (fault !== undefined) return Promise.reject(fault);
    const known = this.table.find(request.name, request.holderId);
    if (known !== undefined) return this.#again(known);
    const hold = this.#holdFor(request);
    if (!this.table.claim(hold)) return Promise.resolve({ granted: false, why: "held" });
    const excess = this.excess(hold);
    if (excess !== undefined) {
      this.table.unclaim(hold);
      return Promise.reject(excess);
    }
    this.table.add(hold);
    return Attempt.make(this, hold, { ...request, classMs: ttlClassMs(request.ttlMs) });
  }

  enqueue(request: EnqueueRequest): Promise<Grant> {
    const fault = this.#refusedAtOnce(request);
    if (fault !== undefined) return Promise.reject(fault);
    const hold = this.#holdFor(request);
    const excess = this.excess(hold, this.table.size + 1);
    if (excess !== undefined) return Promise.reject(excess);
    this.table.add(hold);
    return this.#waiters.wait(hold, ttlClassMs(request.ttlMs), request.signal);
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const proofs = new Map<LockHost, Promise<number>>();
    return await Promise.all(requests.map((request) => this.#renewOne(request, proofs)));
  }

  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { name, holderId, ttlMs, inDoubt } = request;
    if (inDoubt) this.table.bury(holderId, ttlMs, this.nowMs());
    const hold = this.table.find(name, holderId);
    if (hold === undefined) return this.#absent();
    if (hold.state === "held") this.giveBack(hold);
    else if (hold.state === "asking") {
      hold.isUnwanted = true;
      hold.withdraw?.();
    }
    return this.deadlines.within(hold.ended(), () => "unknown");
  }

  onLoss(listener: (loss: Loss) => void): Disposable {
    const own = (loss: Loss): void => listener(loss);
    this.#lossListeners.add(own);
    return { [Symbol.dispose]: () => void this.#lossListeners.delete(own) };
  }

  inspect(name: string): Promise<LockState> {
    return this.#inspector.inspect(name);
  }

  breakLock(name: string, target: BreakTarget): Promise<boolean> {
    return this.#inspector.breakLock(name, target);
  }

  async ping(): Promise<void> {
    await this.#answer(this.sessions.control().then((control) => control.query(BEAT)));
  }

  doctor(): Promise<readonly Finding[]> {
    return this.#answer(examine(this.sessions.control()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ghosts.close();
    this.#waiters.close();
    this.sessions.close();
    await Promise.all(this.#budget.sessions.map((session) => session.close()));
    this.deadlines.stop();
  }

  /** The unlock is awaited by whoever awaits the end of the hold. */
  giveBack(hold: Hold): void {
    const { host } = hold;
    if (host === undefined || hold.state === "ending") return;
    hold.state = "ending";
    host.unlock(hold.key).then(
      (had) => {
        this.table.end(hold, had ? "released" : "absent");
        // It was lost unseen, so nothing on this session can be relied on.
        if (!had) host.session.destroy("a lock was gone when it was given back");
      },
      (error: StatementFault) => this.table.end(hold, error.fault.isEnd ? "absent" : "unknown"),
    );
  }

  /** Of a question that is about no lock. */
  async #answer<Value>(asked: Promise<Value>): Promise<Value> {
    const { deadlines } = this;
    const late = noAnswer(`no answer within ${deadlines.timeoutMs} ms`);
    const answer = await deadlines.within<Value | LockError>(asked.catch(lockErrorOf), () => {
      return faultError(late, "not-applied");
    });
    if (LockError.is(answer)) throw answer;
    return answer;
  }

  /** An operator wants it back: its holder is told at once. */
  async #giveUp(hold: Hold): Promise<boolean> {
    this.#tell(hold, "broken");
    this.giveBack(hold);
    return (await hold.ended()) === "released";
  }

  #refusedAtOnce(request: AcquireRequest): LockError | undefined {
    const { name, mode, holderId, signal } = request;
    if (this.#isClosed) {
      return new LockError("PROVIDER_CLOSED", "postgres: the provider is closed", {
        lockName: name,
      });
    }
    if (mode !== "exclusive") {
      const words = `postgres: mode ${JSON.stringify(mode)} is not supported`;
      return new LockError("UNSUPPORTED", words, { lockName: name });
    }
    const isOver = signal?.aborted || this.table.hasTombstone(holderId);
    return isOver ? aborted(request, "not-applied") : undefined;
  }

  #holdFor(request: AcquireRequest): Hold {
    const { name, description = "" } = request;
    const key = lockKey(this.#settings.prefix, name);
    return new Hold(request, { key, description, sinceMs: Math.trunc(this.clock.wallMs()) });
  }

  /** Why so many locks are too many for the server, where they are. */
  excess({ name: lockName }: Hold, lockCount: number = this.table.size): LockError | undefined {
    if (lockCount <= this.#lockCountMax) return undefined;
    return new LockError(
      "LIMIT_EXCEEDED",
      `postgres: this process has ${this.#lockCountMax} locks, half of the server's lock table; ` +
        "raise max_locks_per_transaction on the server",
      { lockName },
    );
  }

  /** A copy of a request repeats it: the same grant, proven anew. */
  async #again(hold: Hold): Promise<Grant | Refusal> {
    const { host } = hold;
    if (hold.state !== "held" || host === undefined) throw aborted(hold, "unknown");
    const sentAtMs = await this.#proven(host).catch((error: StatementFault) => {
      throw faultError(error.fault, "unknown", hold.name);
    });
    if (this.table.find(hold.name, hold.holderId)?.state !== "held") throw aborted(hold, "unknown");
    return grantOf(hold, host, sentAtMs);
  }

  async #renewOne(
    { name, holderId }: RenewRequest,
    proofs: Map<LockHost, Promise<number>>,
  ): Promise<RenewOutcome> {
    const hold = this.table.find(name, holderId);
    const host = hold?.host;
    if (hold?.state !== "held" || host === undefined) {
      return { status: "lost", why: "not the holder" };
    }
    const proof = proofs.get(host) ?? this.#proven(host);
    proofs.set(host, proof);
    try {
      const sentAtMs = await proof;
      // It may have been given back, or lost, meanwhile.
      if (hold.state !== "held") return { status: "lost", why: "not the holder" };
      const { fencingToken } = hold;
      return { status: "renewed", sentAtMs, validMs: host.validMs, fencingToken };
    } catch (error) {
      const { fault } = error as StatementFault;
      if (fault.isEnd) return { status: "lost", why: fault.text };
      return { status: "unknown", cause: faultError(fault, "unknown", name) };
    }
  }

  async #proven(host: LockHost): Promise<number> {
    const { deadlines } = this;
    const proof = await deadlines.within<number | StatementFault>(host.prove(), () => {
      return new StatementFault(noAnswer(`no answer within ${deadlines.timeoutMs} ms`));
    });
    if (proof instanceof StatementFault) throw proof;
    return proof;
  }

  /** Nothing of a session that may live on unseen is surely absent. */
  #absent(): Promise<ReleaseOutcome> {
    if (this.#ghosts.isEmpty) return Promise.resolve("absent");
    const gone = this.#ghosts.gone().then((): ReleaseOutcome => "absent");
    return this.deadlines.within(gone, () => "unknown");
  }

  #opened(session: Session, validMs: () => number): void {
    this.#lockCountMax = Math.floor(session.facts.lockTableSize * LOCK_TABLE_SHARE);
    session.onEnd((fault) => this.#sessionEnded(session, { fault, validMs: validMs() }));
  }

  /** Everything on a session ends with it, and its holders are told at once. */
  #sessionEnded(
    session: Session,
    { fault, validMs }: { readonly fault: Fault; readonly validMs: number },
  ): void {
    if (!fault.isEnd) this.#ghosts.add(session.facts, validMs);
    const lost = this.table.grantedOn(session);
    for (const hold of lost) {
      const wasHeld = hold.state === "held";
      this.table.end(hold, fault.isEnd ? "absent" : "unknown");
      if (wasHeld && !this.#isClosed) this.#tell(hold, fault.text);
    }
  }

  #tell({ name, holderId }: Hold, why: string): void {
    for (const listener of [...this.#lossListeners]) listener({ name, holderId, why });
  }
}

function lockErrorOf(error: unknown): LockError {
  if (LockError.is(error)) return error;
  if (error instanceof StatementFault) return faultError(error.fault, "not-applied");
  throw error;
}

function capabilitiesOf(fencing: boolean): PostgresProvider<"none" | "monotonic">["capabilities"] {
  return {
    fencing: fencing ? "monotonic" : "none",
    endsBy: "session",
    waiting: "queue",
    fair: false,
    ttlMsMin: TTL_MS_MIN,
    ttlMsMax: TTL_MS_MAX,
    ttlResolutionMs: 1,
    transferable: false,
    scope: "network",
    exclusion: "exclusive",
    modes: ["exclusive"],
  };
}
