import { type Grant, LockError, type ReleaseOutcome, type Timer } from "@holdfast/core";
import { faultError, notOpened } from "./classify-error.ts";
import type { ConnectionBudget } from "./connection-budget.ts";
import { tokenOf } from "./grant.ts";
import type { Hold } from "./hold.ts";
import type { HoldSession, TryCall } from "./hold-session.ts";
import type { HoldSessions } from "./hold-sessions.ts";
import type { HoldTable } from "./hold-table.ts";
import type { PostgresSettings } from "./postgres-options.ts";
import { type Session, StatementFault } from "./session.ts";
import { closedError, Wait } from "./wait.ts";
import { type Turn, WaiterSession } from "./waiter-session.ts";

interface PoolHost {
  readonly settings: PostgresSettings;
  readonly table: HoldTable;
  readonly sessions: HoldSessions;
  readonly budget: ConnectionBudget;
  opened(session: Session, validMs: () => number): void;
  giveBack(hold: Hold): void;
}

/** A blocked wait holds back the server's vacuum, so it is cut into slices. */
const SLICE_MS = 60_000;
/** A shorter one where others of this process wait for the session. */
const SLICE_SHARED_MS = 2_000;
/** How often those that have no session are tried all the same. */
const TRY_AGAIN_MS = 100;
/** How many of them at once. */
const TRY_COUNT_MAX = 64;
/** How often silent and unused sessions are looked for. */
const LOOK_MS = 1_000;
/** A session that nobody waits on is kept for so long. */
const KEEP_WARM_MS = 30_000;

/**
 * The sessions that wait, few however many wait: beyond them waits stand in line here, first in first out.
 * A lock lives on the session that waited for it, so all of them can be busy holding; those in line are
 * therefore also tried now and then on the session that never waits, which no holder can keep busy.
 */
export class WaiterPool {
  readonly #host: PoolHost;
  readonly #idle: WaiterSession[] = [];
  readonly #busy = new Map<WaiterSession, Wait>();
  readonly #line = new Set<Wait>();
  #openingCount = 0;
  #isClosed = false;
  #looking: Timer | undefined;
  #trying: Timer | undefined;

  constructor(host: PoolHost) {
    this.#host = host;
  }

  /** True while a lock is waited for or held by one that was. */
  get isBusy(): boolean {
    return this.#busy.size > 0 || this.#line.size > 0;
  }

  /** Waits until granted, aborted, or a fault. */
  wait(hold: Hold, classMs: number, signal: AbortSignal): Promise<Grant> {
    const wait = new Wait(hold, classMs, signal);
    this.#line.add(wait);
    wait.promise.catch(() => this.#left(wait));
    this.#serve();
    // No session is free to wait, but the lock may be.
    if (this.#line.has(wait)) void this.#try(wait);
    return wait.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#looking?.cancel();
    this.#trying?.cancel();
    const waits = [...this.#line, ...this.#busy.values()];
    this.#line.clear();
    for (const wait of waits) wait.failed(closedError(wait.hold));
  }

  /** Gives sessions to those in line, in order, and opens another where it may. */
  #serve(): void {
    if (this.#isClosed) return;
    for (const wait of this.#line) {
      if (wait.isTried) continue;
      const waiter = this.#takeIdle();
      if (waiter === undefined) break;
      this.#line.delete(wait);
      this.#busy.set(waiter, wait);
      void this.#run(waiter, wait);
    }
    if (this.#line.size === 0) return;
    if (this.#mayOpen()) void this.#open();
    else this.#tryLater();
  }

  #takeIdle(): WaiterSession | undefined {
    for (let waiter = this.#idle.pop(); waiter !== undefined; waiter = this.#idle.pop()) {
      if (!waiter.session.isEnded) return waiter;
    }
    return undefined;
  }

  /** One connection stays for the session that holds locks, without which nothing can be cancelled. */
  #mayOpen(): boolean {
    const { budget, sessions } = this.#host;
    const reserved = sessions.isOpen ? 0 : 1;
    return this.#openingCount < this.#line.size && budget.left > reserved;
  }

  async #open(): Promise<void> {
    const { budget, settings, sessions, opened } = this.#host;
    const { clock, commandTimeoutMs, fencing } = settings;
    this.#openingCount += 1;
    try {
      const session = await budget.open(0);
      const freed = (waiter: WaiterSession): void => this.#freed(waiter);
      const own = { clock, sessions, commandTimeoutMs, fencing, freed };
      const waiter = new WaiterSession(session, own);
      opened(session, () => waiter.validMs);
      session.onEnd(() => this.#freed(waiter));
      if (this.#isClosed) return await session.close();
      this.#idle.push(waiter);
      this.#looking ??= this.#look();
    } catch (error) {
      this.#notOpened(error);
    } finally {
      this.#openingCount -= 1;
      this.#serve();
    }
  }

  /** Somebody has to be told, or a wait would go on without a server. */
  #notOpened(error: unknown): void {
    const [first] = [...this.#line].filter(({ isTried }) => !isTried);
    if (first === undefined) return;
    this.#line.delete(first);
    this.#host.table.end(first.hold, "absent");
    first.failed(notOpened(error, first.hold.name));
  }

  async #run(waiter: WaiterSession, wait: Wait): Promise<void> {
    wait.cancel = () => waiter.cancel();
    try {
      const turn = await this.#turns(waiter, wait);
      wait.cancel = undefined;
      if (turn.status === "granted") return this.#granted(waiter, wait, turn);
      if (wait.isOver) this.#host.table.end(wait.hold, leftOn(waiter.session));
      else this.#line.add(wait);
    } catch (error) {
      wait.cancel = undefined;
      this.#failed(wait, error);
    }
    this.#freed(waiter);
  }

  /** Slice after slice, until the session is wanted for another. */
  async #turns(waiter: WaiterSession, wait: Wait): Promise<Turn> {
    const { hold, classMs } = wait;
    const isOver = (): boolean => wait.isOver;
    for (;;) {
      const sliceMs = this.#line.size > 0 ? SLICE_SHARED_MS : SLICE_MS;
      const turn = await waiter.turn({ key: hold.key, classMs, sliceMs, isOver });
      if (turn.status === "granted" || this.#mustYield(wait)) return turn;
    }
  }

  #failed(wait: Wait, error: unknown): void {
    if (!(error instanceof StatementFault)) throw error;
    const { fault } = error;
    const { hold } = wait;
    const isKnown = fault.isAnswer || fault.isEnd;
    this.#host.table.end(hold, isKnown ? "absent" : "unknown");
    wait.failed(faultError(fault, isKnown ? "not-applied" : "unknown", hold.name));
  }

  /** Its turn is over: nobody wants it any more, or others have waited longer for the session. */
  #mustYield(wait: Wait): boolean {
    return wait.isOver || this.#line.size > 0;
  }

  #granted(waiter: WaiterSession, wait: Wait, turn: Turn & { readonly status: "granted" }): void {
    const { hold } = wait;
    const { timeline } = waiter.session.facts;
    this.#host.table.grant(hold, waiter, tokenOf(turn.position, timeline));
    if (hold.isUnwanted) this.#host.giveBack(hold);
    else wait.granted(waiter, turn.sentAtMs);
  }

  #freed(waiter: WaiterSession): void {
    this.#busy.delete(waiter);
    if (!waiter.session.isEnded) this.#idle.push(waiter);
    this.#serve();
  }

  /** One that leaves the line before its turn is gone at once. */
  #left(wait: Wait): void {
    if (!this.#line.has(wait) || wait.isUnderWay) return;
    this.#line.delete(wait);
    this.#host.table.end(wait.hold, "absent");
  }

  #leftUnknown(wait: Wait): void {
    this.#line.delete(wait);
    this.#host.table.end(wait.hold, "unknown");
  }

  #look(): Timer {
    const { clock } = this.#host.settings;
    return clock.setTimer(
      LOOK_MS,
      () => {
        this.#looking = undefined;
        for (const { session, isSilent } of this.#busy.keys()) {
          if (isSilent) session.destroy("the server did not answer");
        }
        const nowMs = clock.monotonicMs();
        for (const waiter of this.#idle.splice(0)) {
          if (nowMs - waiter.idleSinceMs < KEEP_WARM_MS) this.#idle.push(waiter);
          else void waiter.session.close();
        }
        if (this.#busy.size + this.#idle.length > 0) this.#looking = this.#look();
      },
      { ref: false },
    );
  }

  #tryLater(): void {
    if (this.#trying !== undefined || this.#isClosed) return;
    const { clock, random } = this.#host.settings;
    this.#trying = clock.setTimer(TRY_AGAIN_MS * (0.5 + random.fraction()), () => {
      this.#trying = undefined;
      const waits = [...this.#line].filter(({ isTried }) => !isTried).slice(0, TRY_COUNT_MAX);
      for (const wait of waits) void this.#try(wait);
      if (this.#line.size > 0) this.#tryLater();
    });
  }

  async #try(wait: Wait): Promise<void> {
    const { table, sessions } = this.#host;
    const { hold, classMs } = wait;
    if (!table.claim(hold)) return;
    wait.isTried = true;
    try {
      const session = await sessions.get(classMs);
      const grant = await tryOn(session, wait);
      if (grant === undefined) return table.unclaim(hold);
      this.#line.delete(wait);
      table.grant(hold, session, tokenOf(grant.position, session.session.facts.timeline));
      if (hold.isUnwanted) this.#host.giveBack(hold);
      else wait.granted(session, grant.sentAtMs);
    } catch (error) {
      table.unclaim(hold);
      if (!LockError.is(error)) throw error;
      if (wait.isOver && error.outcome === "unknown") this.#leftUnknown(wait);
    } finally {
      wait.isTried = false;
      if (wait.isOver) this.#left(wait);
      // A session that came free meanwhile was not given to it.
      this.#serve();
    }
  }
}

/** What is left of a wait that was undone: a session that broke off before its answer may have the lock. */
function leftOn({ fault }: Session): ReleaseOutcome {
  return fault === undefined || fault.isEnd ? "absent" : "unknown";
}

interface Tried {
  readonly position: string;
  readonly sentAtMs: number;
}

/** One try without waiting; undefined when another session has the lock. Rejects with a LockError. */
function tryOn(session: HoldSession, { hold }: Wait): Promise<Tried | undefined> {
  return new Promise((resolve, reject) => {
    const call: TryCall = {
      key: hold.key,
      isCancelled: false,
      isSent: false,
      answered: (position, sentAtMs) => {
        resolve(position === null ? undefined : { position, sentAtMs });
      },
      failed: (fault) => {
        const isKnown = !call.isSent || fault.isAnswer || fault.isEnd;
        reject(faultError(fault, isKnown ? "not-applied" : "unknown", hold.name));
      },
    };
    session.try(call);
  });
}
