/** What keeps the queue safe, each of which can be left out to see what for. */
export interface QueueRules {
  /** A message counts only with a token above the stamp of the last proof. */
  readonly tokenAboveBasis: boolean;
  /** A grant by message counts from the sending of the last proof, not from its receipt. */
  readonly countsFromBasis: boolean;
  /** A tombstone shuts out a join that comes late. */
  readonly seesTombstones: boolean;
  /** A heartbeat hands on a lock that nobody holds. */
  readonly beatsPump: boolean;
  /** Leaving in doubt takes the place from the queue. */
  readonly leavesQueue: boolean;
}

export const QUEUE_RULES: QueueRules = {
  tokenAboveBasis: true,
  countsFromBasis: true,
  seesTombstones: true,
  beatsPump: true,
  leavesQueue: true,
};

/** How much may happen. */
export interface QueueScope {
  /** Ticks that pass. */
  readonly ticks: number;
  /** Joins that a driver sends twice, 0 or 1 for each. */
  readonly copies: 0 | 1;
  /** Messages that come twice. */
  readonly doubles: boolean;
}
