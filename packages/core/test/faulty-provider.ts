import {
  type AcquireRequest,
  type FencedProvider,
  type Grant,
  LockError,
  type ManualClock,
  manualClock,
  memory,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
  type Reply,
} from "../src/index.ts";

/** Faults to put between core and a real memory provider; each may answer instead of it. */
interface Faults {
  acquire?: (request: AcquireRequest, real: () => Grant | Refusal) => Reply<Grant | Refusal>;
  renew?: (
    requests: readonly RenewRequest[],
    real: () => Promise<readonly RenewOutcome[]>,
  ) => Promise<readonly RenewOutcome[]>;
  release?: (request: ReleaseRequest, real: () => ReleaseOutcome) => Reply<ReleaseOutcome>;
}

/** A memory provider without its queue, every call of it counted, with faults on demand. */
export interface FaultyProvider extends FencedProvider {
  readonly clock: ManualClock;
  /** What the faults are put before. */
  readonly inner: FencedProvider;
  readonly faults: Faults;
  readonly acquires: AcquireRequest[];
  readonly renewals: (readonly RenewRequest[])[];
  readonly releases: ReleaseRequest[];
}

export function faultyProvider(clock: ManualClock = manualClock()): FaultyProvider {
  const inner = memory({ clock });
  const faults: Faults = {};
  const acquires: AcquireRequest[] = [];
  const renewals: (readonly RenewRequest[])[] = [];
  const releases: ReleaseRequest[] = [];
  return {
    name: "faulty",
    capabilities: { ...inner.capabilities, waiting: "poll", fair: false },
    clock,
    inner,
    faults,
    acquires,
    renewals,
    releases,
    tryAcquire(request) {
      acquires.push(request);
      const real = (): Grant | Refusal => inner.tryAcquire(request) as Grant | Refusal;
      return faults.acquire === undefined ? real() : faults.acquire(request, real);
    },
    renew(requests) {
      renewals.push(requests);
      const real = (): Promise<readonly RenewOutcome[]> => inner.renew(requests);
      return faults.renew === undefined ? real() : faults.renew(requests, real);
    },
    release(request) {
      releases.push(request);
      const real = (): ReleaseOutcome => inner.release(request) as ReleaseOutcome;
      return faults.release === undefined ? real() : faults.release(request, real);
    },
    inspect: (name) => inner.inspect?.(name) ?? Promise.reject(new Error("no inspect")),
    ping: async () => undefined,
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

/** A transient fault whose request may have taken effect. */
export function unknownFault(): LockError {
  return new LockError("BACKEND_UNAVAILABLE", "no answer", { outcome: "unknown" });
}

/** A transient fault whose request certainly did not. */
export function refusedConnection(): LockError {
  return new LockError("BACKEND_UNAVAILABLE", "connection refused");
}

/** What a promise came to, for assertions on both ways. */
export async function settled(
  promise: Promise<unknown>,
): Promise<{ value?: unknown; error?: LockError }> {
  return promise.then(
    (value) => ({ value }),
    (error: LockError) => ({ error }),
  );
}
