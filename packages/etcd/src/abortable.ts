import { LockError } from "@holdfast/core";

/** A request that its caller may give up. */
export interface Departure {
  readonly lockName: string;
  readonly signal: AbortSignal | undefined;
  /** Nothing has left this process yet while false. */
  isSent: boolean;
}

/**
 * Rejects at once when the signal aborts: `unknown` once something was sent, `not-applied` before. The work
 * goes on behind it, and has to look at the signal before it sends anything more.
 */
export function abortable<Result>(work: Promise<Result>, departure: Departure): Promise<Result> {
  const { signal } = departure;
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(aborted(departure));
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

export function aborted({ lockName, isSent }: Departure): LockError {
  const outcome = isSent ? "unknown" : "not-applied";
  const words = `etcd: the attempt for lock ${JSON.stringify(lockName)} was aborted`;
  return new LockError("ABORTED", words, { lockName, outcome });
}
