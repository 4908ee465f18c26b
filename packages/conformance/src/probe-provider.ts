import {
  type AcquireRequest,
  type Capabilities,
  type Clock,
  type EnqueueRequest,
  type Grant,
  LockError,
  type LockProvider,
  type Loss,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
  type Reply,
} from "@holdfast/core";
import { nowMs } from "./waits.ts";

/** One call that core made of the provider. */
export interface ProbeCall {
  readonly operation: "tryAcquire" | "enqueue" | "renew" | "release";
  readonly names: readonly string[];
  readonly holderIds: readonly string[];
  readonly inDoubt: boolean;
  readonly atMs: number;
}

/** What goes wrong on the way to the real backend. Throwing fails the call at that point. */
export interface ProbePlan {
  /** Before the request leaves. While it is pending the request is on its way, and may arrive late. */
  readonly sending?: (call: ProbeCall) => Promise<void> | void;
  /** After the backend answered, before core hears of it. */
  readonly replied?: (call: ProbeCall) => Promise<void> | void;
  /** Replaces what the backend said to a renewal. */
  readonly renewed?: (outcome: RenewOutcome, request: RenewRequest) => RenewOutcome;
  /** Replaces what the backend said to a release. */
  readonly released?: (outcome: ReleaseOutcome, request: ReleaseRequest) => ReleaseOutcome;
}

/** A transient fault as a provider reports it. */
export function fault(outcome: "not-applied" | "unknown"): LockError {
  return new LockError("BACKEND_UNAVAILABLE", "The probe lost the message.", { outcome });
}

/**
 * A real provider with a wire tap: it records every call, and `plan` delays, drops or fails
 * messages between core and the backend. What the backend itself does is never imitated.
 */
export class ProbeProvider implements LockProvider {
  readonly calls: ProbeCall[] = [];
  /** What every grant and renewal proved, the latest last. */
  readonly proofs: {
    readonly name: string;
    readonly sentAtMs: number;
    readonly validMs: number;
  }[] = [];
  plan: ProbePlan = {};
  disposeCount = 0;
  /** Messages that the backend has dealt with, in whichever way. */
  answeredCount = 0;
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly clock?: Clock;
  readonly enqueue?: NonNullable<LockProvider["enqueue"]>;
  readonly watch?: NonNullable<LockProvider["watch"]>;
  readonly inspect?: NonNullable<LockProvider["inspect"]>;
  readonly breakLock?: NonNullable<LockProvider["breakLock"]>;
  readonly ping?: NonNullable<LockProvider["ping"]>;
  readonly #inner: LockProvider;
  readonly #lossListeners = new Set<(loss: Loss) => void>();

  constructor(inner: LockProvider, clock: Clock | undefined = inner.clock) {
    this.#inner = inner;
    this.name = inner.name;
    this.capabilities = inner.capabilities;
    if (clock !== undefined) this.clock = clock;
    if (inner.enqueue !== undefined) this.enqueue = (request) => this.#enqueue(request);
    if (inner.watch !== undefined) this.watch = inner.watch.bind(inner);
    if (inner.inspect !== undefined) this.inspect = inner.inspect.bind(inner);
    if (inner.breakLock !== undefined) this.breakLock = inner.breakLock.bind(inner);
    if (inner.ping !== undefined) this.ping = inner.ping.bind(inner);
  }

  count(operation: ProbeCall["operation"]): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  /** How often core asked for a lock, by either way. */
  get asked(): number {
    return this.count("tryAcquire") + this.count("enqueue");
  }

  /** The latest moment until which the backend certainly keeps the lock of this name. */
  keptUntilMs(name: string): number {
    const proofs = this.proofs.filter((proof) => proof.name === name);
    return Math.max(...proofs.map((proof) => proof.sentAtMs + proof.validMs));
  }

  /** Ends the last lock asked for and tells core, as a provider does whose session ended. */
  async lose(why: string): Promise<void> {
    const call = this.calls.findLast(({ operation }) => operation !== "release");
    const [name, holderId] = [call?.names[0], call?.holderIds[0]];
    if (name === undefined || holderId === undefined) throw new TypeError("nothing to lose");
    await this.#inner.release({ name, holderId, ttlMs: 1, inDoubt: false });
    for (const listener of this.#lossListeners) listener({ name, holderId, why });
  }

  onLoss(listener: (loss: Loss) => void): Disposable {
    const inner = this.#inner.onLoss?.(listener);
    this.#lossListeners.add(listener);
    return {
      [Symbol.dispose]: () => {
        this.#lossListeners.delete(listener);
        inner?.[Symbol.dispose]();
      },
    };
  }

  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const call = this.#record("tryAcquire", [request]);
    const { signal, ...unsignalled } = request;
    const { sending, replied } = this.plan;
    if (sending === undefined && replied === undefined) {
      return this.#prove(await this.#inner.tryAcquire(request));
    }
    const answer = this.#deliver(call, () => this.#inner.tryAcquire(unsignalled));
    return this.#prove(await abandonedOnAbort(answer, signal));
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const call = this.#record("renew", requests);
    const { renewed } = this.plan;
    let outcomes: readonly RenewOutcome[];
    try {
      outcomes = await this.#deliver(call, () => this.#inner.renew(requests));
    } catch (cause) {
      return requests.map(() => ({ status: "unknown", cause }));
    }
    return outcomes.map((original, index) => {
      const request = requests[index] as RenewRequest;
      const outcome = renewed?.(original, request) ?? original;
      if (outcome.status === "renewed") this.#keep(request.name, outcome);
      return outcome;
    });
  }

  async release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const call = this.#record("release", [request], request.inDoubt);
    const { released } = this.plan;
    const outcome = await this.#deliver(call, () => this.#inner.release(request));
    return released?.(outcome, request) ?? outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposeCount += 1;
    await this.#inner[Symbol.asyncDispose]();
  }

  async #enqueue(request: EnqueueRequest): Promise<Grant | Refusal> {
    const call = this.#record("enqueue", [request]);
    const enqueue = (): Promise<Grant | Refusal> =>
      (this.#inner.enqueue as NonNullable<LockProvider["enqueue"]>).call(this.#inner, request);
    return this.#prove(await abandonedOnAbort(this.#deliver(call, enqueue), request.signal));
  }

  #record(
    operation: ProbeCall["operation"],
    claims: readonly { readonly name: string; readonly holderId: string }[],
    inDoubt = false,
  ): ProbeCall {
    const call: ProbeCall = {
      operation,
      names: claims.map(({ name }) => name),
      holderIds: claims.map(({ holderId }) => holderId),
      inDoubt,
      atMs: nowMs(),
    };
    this.calls.push(call);
    return call;
  }

  async #deliver<T>(call: ProbeCall, send: () => Reply<T>): Promise<T> {
    const { sending, replied } = this.plan;
    await sending?.(call);
    try {
      return await send();
    } finally {
      this.answeredCount += 1;
      await replied?.(call);
    }
  }

  #prove<T extends Grant | Refusal>(answer: T): T {
    if (answer.granted) this.#keep(answer.name, answer);
    return answer;
  }

  #keep(name: string, proof: { readonly sentAtMs: number; readonly validMs: number }): void {
    this.proofs.push({ name, sentAtMs: proof.sentAtMs, validMs: proof.validMs });
  }
}

/** Rejects at once on abort, as a provider must; the message in flight takes its own course. */
function abandonedOnAbort<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(fault("unknown"));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
