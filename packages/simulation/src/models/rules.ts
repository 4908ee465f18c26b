/** The rules of the protocol that can be broken, one by one, to see what each is good for. */
export interface Rules {
  /** Grants that make a lease. */
  readonly quorum: 1 | 2;
  /** Round two: the largest token is written back before the lease counts. */
  readonly writesBack: boolean;
  /** A raise changes the lock of its holder only. */
  readonly raisesOwnLockOnly: boolean;
  /** A raise is not clamped to the member's clock, as a proposal is. */
  readonly raisesUnclamped: boolean;
  /** A grant that comes in round two is raised before it counts. */
  readonly raisesLateGrants: boolean;
  /** A lock that was put back by a repair is no vote in the renewal that missed it. */
  readonly repairsAreNoVotes: boolean;
  /** A lock with a token past the lease's is no vote: a later holder may have been there. */
  readonly refusesSuccessors: boolean;
  /** A repair is refused where a larger token was given out. */
  readonly restoresUnlessOvertaken: boolean;
  /** A member that restarted empty abstains while a lease may exist that it forgot. */
  readonly abstains: boolean;
  /** It does so for longer than any lease that it granted can be valid. */
  readonly guardOutlastsLeases: boolean;
  /** It does so for longer than tokens can be ahead of, and clocks behind, the time. */
  readonly guardOutlastsClocks: boolean;
  /** An acquire of before the restart gets no vote after it. */
  readonly votesAreVerified: boolean;
  /** A release in doubt leaves a tombstone. */
  readonly leavesTombstones: boolean;
  /** Members that never answered are released too. */
  readonly releasesSilent: boolean;
  /** A request without an answer stays in doubt, whatever a renewal says of the lock. */
  readonly doubtStands: boolean;
  /** A failed attempt is given back, and what is left of it ends with its ttl. */
  readonly givesBack: boolean;
  /** A release deletes the lock of its holder only. */
  readonly releasesOwnLockOnly: boolean;
  /** Validity counts from the send, so that it ends before any member's key. */
  readonly countsFromSend: boolean;
}

/** The protocol as it is. */
export const RULES: Rules = {
  quorum: 2,
  writesBack: true,
  raisesOwnLockOnly: true,
  raisesUnclamped: true,
  raisesLateGrants: true,
  repairsAreNoVotes: true,
  refusesSuccessors: true,
  restoresUnlessOvertaken: true,
  abstains: true,
  guardOutlastsLeases: true,
  guardOutlastsClocks: true,
  votesAreVerified: true,
  leavesTombstones: true,
  releasesSilent: true,
  doubtStands: true,
  givesBack: true,
  releasesOwnLockOnly: true,
  countsFromSend: true,
};
