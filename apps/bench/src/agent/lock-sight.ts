/** One lock as a process of a run sees it, and what `inspect` of its strategy says about it. */
export interface LockSight {
  readonly name: string;
  readonly strategy: string;
  /** Calls of the run that wait for it. */
  readonly waiting: number;
  /** Leases of the run on it. */
  readonly holding: number;
  /** What the strategy says; absent where it cannot be asked. */
  readonly state?: LockSightState;
}

/** What `inspect` says of a lock. */
export interface LockSightState {
  readonly held: boolean;
  /** The holder in its own words. */
  readonly description?: string;
  /** In decimal digits. */
  readonly fencingToken?: string;
  readonly remainingMs?: number;
  /** Length of the backend's own queue, where it has one. */
  readonly waiters?: number;
}
