import type { ClockOffsets } from "./clock-offsets.ts";
import type { Hold } from "./hold.ts";
import type { QuorumSettings } from "./quorum-options.ts";

/** What an election needs from the quorum it is held in. */
export interface ElectionHost {
  readonly settings: QuorumSettings;
  readonly offsets: ClockOffsets;
  /** Votes that decide: more than half of the members. */
  readonly majority: number;
}

/** For whom an election is held, and how. */
export interface Candidacy {
  readonly hold: Hold;
  /** Members to lead, in their order; undefined to ask all at once. */
  readonly order?: readonly number[] | undefined;
  /** Whoever has a member now is leaving it. Default: where there is a lead to be won first. */
  readonly isLed?: boolean;
}
