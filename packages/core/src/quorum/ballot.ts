import { LockError, type LockErrorCode } from "../lock-error.ts";
import type { Grant, Refusal, RenewOutcome, Vote } from "../provider.ts";
import type { Seat } from "./hold.ts";
import { reasonOf } from "./reason.ts";

/**
 * `pending`: no answer yet. `granted`: counts for round one. `confirmed`: has the lease's token. The rest is
 * final: `held` by another, `abstaining`, or `unknown` for every kind of no usable answer.
 */
type BallotState = "pending" | "granted" | "confirmed" | "held" | "abstaining" | "unknown";

const VOTE_ANSWERS: Readonly<Record<BallotState, Vote["answer"]>> = {
  pending: "unknown",
  granted: "granted",
  confirmed: "granted",
  held: "held",
  abstaining: "abstaining",
  unknown: "unknown",
};

/** Faults that asking again may mend. */
const PASSING: readonly LockErrorCode[] = ["BACKEND_UNAVAILABLE", "NO_QUORUM", "ABORTED"];

/** Of one whose answer could not change the outcome any more. */
const PENDING_WHY = "not waited for";

/** One member's answer in one election, as it changes. */
export class Ballot {
  readonly seat: Seat;
  state: BallotState = "pending";
  isAsked = false;
  /** How often another had it; it is asked again while there is time. */
  heldCount = 0;
  token: bigint | undefined = undefined;
  /** When the lock ends at this member, by its own answer and our monotonic clock. */
  endsAtMs = 0;
  ttlMs = 0;
  retryAfterMs: number | undefined = undefined;
  why: string | undefined = undefined;
  fault: LockError | undefined = undefined;

  constructor(seat: Seat) {
    this.seat = seat;
  }

  get member(): number {
    return this.seat.member.index;
  }

  get label(): string {
    return this.seat.member.label;
  }

  granted(grant: Grant): void {
    this.state = "granted";
    this.token = grant.fencingToken;
    this.endsAtMs = grant.sentAtMs + grant.validMs;
    this.ttlMs = grant.ttlMs;
  }

  refused({ why, retryAfterMs }: Refusal): void {
    this.state = why === "no-quorum" ? "unknown" : why;
    this.retryAfterMs = retryAfterMs;
    if (why === "abstaining" && retryAfterMs !== undefined) {
      this.why = `abstaining for another ${Math.ceil(retryAfterMs)} ms`;
    }
  }

  faulted(reason: unknown): void {
    this.fault = LockError.is(reason) ? reason : undefined;
    this.fail(reasonOf(reason));
  }

  /** The answer to a raise to `target`. */
  raised(outcome: RenewOutcome | undefined, target: bigint): void {
    if (outcome?.status === "renewed" && outcome.fencingToken === target) {
      this.state = "confirmed";
      this.token = target;
      this.endsAtMs = outcome.sentAtMs + outcome.validMs;
    } else {
      this.fail("it granted, but did not confirm the fencing token");
    }
  }

  /** Its time is up. */
  timedOut(why: string): void {
    if (this.heldCount > 0) this.state = "held";
    else this.fail(why);
  }

  fail(why: string): void {
    this.state = "unknown";
    this.why = why;
  }

  abstain(why: string): void {
    this.state = "abstaining";
    this.why = why;
  }

  vote(): Vote {
    const { state, token } = this;
    const why = state === "pending" ? PENDING_WHY : this.why;
    return {
      member: this.label,
      answer: VOTE_ANSWERS[state],
      ...(token === undefined ? {} : { fencingToken: token }),
      ...(why === undefined ? {} : { why }),
    };
  }
}

/** Of those in any of these states. */
export function inStates(
  ballots: readonly Ballot[],
  ...states: readonly BallotState[]
): readonly Ballot[] {
  return ballots.filter(({ state }) => states.includes(state));
}

export function largestToken(ballots: readonly Ballot[]): bigint {
  return ballots.reduce((most, { token = 0n }) => (token > most ? token : most), 0n);
}

/** When `count` of these holders will have ended by themselves, in milliseconds from now, if they said so. */
export function endOf(held: readonly Ballot[], count: number): number | undefined {
  const remaining = held.flatMap(({ retryAfterMs }) => retryAfterMs ?? []).sort((a, b) => a - b);
  return remaining[Math.max(0, count - 1)];
}

/** Faults that asking again would not mend. */
export function lastingFaults(ballots: readonly Ballot[]): readonly LockError[] {
  return ballots.flatMap(({ fault }) => (!fault || PASSING.includes(fault.code) ? [] : fault));
}
