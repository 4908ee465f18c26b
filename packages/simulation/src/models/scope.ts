/** How much may happen in one exploration. Everything within these bounds is explored. */
export interface Scope {
  /** Acquisitions, 1 to 3, all of them at once or one after the other: clients, or their next attempts. */
  readonly attempts: number;
  /**
   * Whether a proposal may be larger than every token so far, as with good clocks it is. Smaller ones there
   * are in any case.
   */
  readonly proposesAhead: boolean;
  /** Tokens that the three members remember of attempts that came to nothing before. */
  readonly fences: readonly [number, number, number];
  /** Renewals of one lease. */
  readonly renewals: number;
  /** Restarts with empty memory, of all members together. */
  readonly restarts: number;
  /** Clients that vanish. */
  readonly crashes: number;
  /** Acquires that a driver sends a second time after it reconnected. */
  readonly copies: number;
  /** Locks that an operator or an eviction deletes. */
  readonly deletions: number;
}

/** Nothing goes wrong but messages: lost, late, in any order. */
export const QUIET: Scope = {
  attempts: 2,
  proposesAhead: true,
  fences: [0, 0, 0],
  renewals: 0,
  restarts: 0,
  crashes: 0,
  copies: 0,
  deletions: 0,
};
