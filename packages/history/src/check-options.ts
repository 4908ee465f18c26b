import type { BackendFacts } from "./possession.ts";

/** What a run promised. A bound that is left out is not checked. All bounds are milliseconds. */
export interface CheckOptions extends BackendFacts {
  /** Longest that a free lock may be waited for, however it became free. */
  readonly wakeUpMs?: number;
  /** Longest from a release to the grant of somebody who waited already. */
  readonly handOffMs?: number;
  /** Longest from the end of a dead holder's ttl (or session) to the grant of who waited already. */
  readonly crashHandOffMs?: number;
  /** Latest after the end of its validity, or the backend's no, that a holder is told of its loss. */
  readonly noticeMs?: number;
  /** How long a lock has been free when an acquire has no reason to fail any more. */
  readonly availableMs?: number;
  /** Waiters are served in the order in which they stood in line. Default false. */
  readonly fair?: boolean;
  /** What is still there although everything has ended, besides the `leftover` events. */
  readonly leftovers?: readonly string[];
  /** Steps of the search for a linearization, for each name. Default 200,000. */
  readonly stepsMax?: number;
}
