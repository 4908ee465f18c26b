/** Where a child process finds the base of its parent's history. */
const BASE_VARIABLE = "HOLDFAST_HISTORY_BASE_NS";

/** A monotonic clock that all processes of this machine share, counted from a base. */
export interface HostClock {
  /** For the environment of child processes, so that they count from the same base. */
  readonly env: Readonly<Record<string, string>>;
  /** Whole nanoseconds since the base; exact for 104 days. */
  readonly nowNs: () => number;
}

/** Counts from the base in the environment, else from now. */
export function hostClock(env: NodeJS.ProcessEnv = process.env): HostClock {
  const given = env[BASE_VARIABLE];
  const baseNs = given === undefined ? process.hrtime.bigint() : BigInt(given);
  return {
    env: { [BASE_VARIABLE]: String(baseNs) },
    nowNs: () => Number(process.hrtime.bigint() - baseNs),
  };
}
