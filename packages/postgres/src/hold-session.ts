import type { Timer } from "@holdfast/core";
import type { Fault } from "./classify-error.ts";
import type { LockHost } from "./hold.ts";
import type { PostgresStatement } from "./postgres-client.ts";
import type { PostgresSettings } from "./postgres-options.ts";
import { type Answer, type Session, StatementFault } from "./session.ts";
import { BEAT, TRUE, tryLocks, unlocks } from "./sql.ts";

/** One lock asked for; it is told once. */
export interface TryCall {
  readonly key: string;
  /** Left out when its turn comes. */
  readonly isCancelled: boolean;
  /** Set when it leaves. */
  isSent: boolean;
  /** `position` is null when another session has the lock. */
  answered(position: string | null, sentAtMs: number, host: HoldSession): void;
  failed(fault: Fault): void;
}

interface UnlockCall {
  readonly key: string;
  readonly resolve: (had: boolean) => void;
  readonly reject: (error: StatementFault) => void;
}

interface Waiting<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: StatementFault) => void;
}

/** Locks in one statement. */
const BATCH_MAX = 1_000;
/** A cancel meant for another statement may hit an unlock; it is tried again so often. */
const UNLOCK_TRY_COUNT_MAX = 3;
/** A session that holds nothing is kept for so long after it was used. */
const KEEP_WARM_MS = 30_000;

/**
 * The session that holds the locks of one ttl class. It never waits for a lock. Calls go out at once when
 * it is idle; those that come while a statement is in flight go together in the next.
 */
export class HoldSession implements LockHost {
  readonly session: Session;
  readonly #settings: PostgresSettings;
  readonly #isNeeded: () => boolean;
  #validMs: number;
  #raised: Promise<void> = Promise.resolve();
  #isRetired = false;
  #heldCount = 0;
  #isBusy = false;
  #isQueryNext = true;
  #usedAtMs: number;
  readonly #tries: TryCall[] = [];
  readonly #unlocks: UnlockCall[] = [];
  #proofs: Waiting<number>[] = [];
  readonly #queries: (Waiting<Answer> & { readonly statement: PostgresStatement })[] = [];
  #timer: Timer | undefined;

  /** `isNeeded` says whether something else leans on it although it holds nothing. */
  constructor(
    session: Session,
    settings: PostgresSettings,
    { validMs, isNeeded }: { readonly validMs: number; readonly isNeeded: () => boolean },
  ) {
    this.session = session;
    this.#settings = settings;
    this.#isNeeded = isNeeded;
    this.#validMs = validMs;
    this.#usedAtMs = settings.clock.monotonicMs();
    session.onEnd((fault) => this.#ended(fault));
    this.#arm();
  }

  get validMs(): number {
    return this.#validMs;
  }

  /** True while a statement has no answer for longer than a caller waits. */
  get isSilent(): boolean {
    if (!this.session.isBusy) return false;
    const { clock, commandTimeoutMs } = this.#settings;
    return clock.monotonicMs() - this.session.sentAtMs > commandTimeoutMs;
  }

  /** Nothing new is asked of it; it goes when what it holds is given back. */
  retire(): void {
    this.#isRetired = true;
  }

  try(call: TryCall): void {
    this.#tries.push(call);
    this.#pump();
  }

  unlock(key: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#unlocks.push({ key, resolve, reject });
      this.#pump();
    });
  }

  prove(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#proofs.push({ resolve, reject });
      this.#pump();
    });
  }

  /** Any other statement, which must not wait for anything on the server. */
  query(statement: PostgresStatement): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#queries.push({ statement, resolve, reject });
      this.#pump();
    });
  }

  /** Lets the locks of this session live longer. One after the other, so that they never live shorter. */
  raise(validMs: number): Promise<void> {
    const raised = this.#raised.then(() => this.#raise(validMs));
    this.#raised = raised.catch(() => undefined);
    return raised;
  }

  async #raise(validMs: number): Promise<void> {
    if (validMs <= this.#validMs) return;
    const text = "SELECT set_config('idle_session_timeout', $1, false)";
    if (this.session.facts.hasIdleTimeout) {
      await this.query({ text, values: [String(validMs)], rowMode: "array" });
    }
    this.#validMs = validMs;
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /**
   * Releases before tries: they may be what the others wait for. Every other turn is for cancels and the like,
   * which would wait for ever while locks come and go.
   */
  #pump(): void {
    if (this.#isBusy) return;
    const { fault } = this.session;
    const isQueryNext = this.#isQueryNext;
    this.#isQueryNext = true;
    if (fault !== undefined) this.#refuseAll(fault);
    else if (isQueryNext && this.#queries.length > 0) this.#sendQuery();
    else if (this.#unlocks.length > 0) this.#sendUnlocks(takeBatch(this.#unlocks), 1);
    else if (this.#tries.length > 0) this.#sendTries();
    else if (this.#queries.length > 0) this.#sendQuery();
    else if (this.#proofs.length > 0) this.#sendProof();
  }

  /** Whatever is answered proves the session to all who asked before it left. */
  #send(
    statement: PostgresStatement,
    onAnswer: (answer: Answer) => void,
    onFault: (error: StatementFault) => void,
  ): void {
    const proofs = this.#proofs;
    this.#proofs = [];
    this.#isBusy = true;
    this.session.run(statement).then(
      (answer) => {
        this.#isBusy = false;
        for (const proof of proofs) proof.resolve(answer.sentAtMs);
        onAnswer(answer);
        this.#pump();
      },
      (error: StatementFault) => {
        this.#isBusy = false;
        // An error is an answer too, and the idle time begins anew with it.
        for (const proof of proofs) {
          if (error.fault.isAnswer) proof.resolve(this.session.provenAtMs);
          else proof.reject(error);
        }
        onFault(error);
        this.#pump();
      },
    );
  }

  #sendTries(): void {
    const batch = takeBatch(this.#tries).filter(({ isCancelled }) => !isCancelled);
    if (batch.length === 0) {
      this.#pump();
      return;
    }
    this.#usedAtMs = this.#settings.clock.monotonicMs();
    for (const call of batch) call.isSent = true;
    const keys = batch.map(({ key }) => key);
    this.#send(
      tryLocks(keys, this.#settings.fencing),
      ({ result, sentAtMs }) => {
        for (const [index, call] of batch.entries()) {
          const position = result.rows[index]?.[0] as string | null;
          if (position !== null) this.#heldCount += 1;
          call.answered(position, sentAtMs, this);
        }
      },
      (error) => this.#triesFailed(batch, keys, error),
    );
  }

  /** An error in the middle leaves the locks of the keys before it: exactly those are given back. */
  #triesFailed(batch: readonly TryCall[], keys: readonly string[], error: StatementFault): void {
    const tell = (): void => {
      for (const call of batch) call.failed(error.fault);
    };
    if (!error.fault.isAnswer) {
      tell();
      return;
    }
    this.#send(unlocks(keys), tell, () => {
      this.session.destroy("locks of a failed statement could not be given back");
      tell();
    });
  }

  #sendUnlocks(batch: readonly UnlockCall[], tryCount: number): void {
    const keys = batch.map(({ key }) => key);
    this.#send(
      unlocks(keys),
      ({ result }) => {
        this.#usedAtMs = this.#settings.clock.monotonicMs();
        this.#heldCount -= batch.length;
        for (const [index, call] of batch.entries()) {
          // After a failed statement, what is not there any more was given back by it.
          call.resolve(tryCount > 1 || result.rows[index]?.[0] === TRUE);
        }
      },
      (error) => {
        if (error.fault.isAnswer && tryCount < UNLOCK_TRY_COUNT_MAX) {
          return this.#sendUnlocks(batch, tryCount + 1);
        }
        this.session.destroy("a lock could not be given back");
        for (const call of batch) call.reject(error);
      },
    );
  }

  #sendQuery(): void {
    const call = this.#queries.shift();
    this.#isQueryNext = false;
    if (call !== undefined) this.#send(call.statement, call.resolve, call.reject);
  }

  #sendProof(): void {
    if (this.#proofs.length > 0) {
      this.#send(
        BEAT,
        () => {},
        () => {},
      );
    }
  }

  #ended(fault: Fault): void {
    this.stop();
    this.#refuseAll(fault);
  }

  #refuseAll(fault: Fault): void {
    for (const call of this.#tries.splice(0)) call.failed(fault);
    const unsent = [
      ...this.#unlocks.splice(0),
      ...this.#queries.splice(0),
      ...this.#proofs.splice(0),
    ];
    for (const { reject } of unsent) reject(new StatementFault(fault));
  }

  #arm(): void {
    const { clock } = this.#settings;
    this.#timer = clock.setTimer(this.#validMs / 3, () => this.#tick(), { ref: false });
  }

  /** Ends a session that is silent or not used, keeps one that is used alive. */
  #tick(): void {
    const { session } = this;
    const nowMs = this.#settings.clock.monotonicMs();
    if (session.isBusy && nowMs - session.provenAtMs >= this.#validMs) {
      session.destroy("the server did not answer for as long as its leases last");
      return;
    }
    if (!session.isBusy && this.#heldCount === 0) {
      const isCold = this.#isRetired || nowMs - this.#usedAtMs >= KEEP_WARM_MS;
      if (isCold && !this.#isNeeded()) return void session.close();
      this.prove().catch(() => undefined);
    }
    this.#arm();
  }
}

function takeBatch<Call>(calls: Call[]): Call[] {
  return calls.splice(0, BATCH_MAX);
}
