import type { State } from "./explore.ts";
import type { Scope } from "./scope.ts";

/** Members of the quorum. They are alike, so a state is the same in any order of its members. */
const MEMBER_COUNT = 3;
export const MEMBERS: readonly number[] = [0, 1, 2];

/** What an attempt is doing. */
export const UNBORN = 0;
/** Round one: asked all members. */
export const ASKING = 1;
/** Round two: raising those that granted to the largest token. */
export const RAISING = 2;
/** Its client believes that it holds the lock. */
export const HOLDING = 3;
/** The client does nothing more for it. */
export const ENDED = 4;
/** Ended without a lease. Differs from ENDED only where failed attempts are never given back. */
export const FAILED = 5;
/** Its client vanished. */
export const CRASHED = 6;

/** Where a message is. A lost one never arrives, so it needs no name. */
export const NONE = 0;
export const SENT = 1;
/** The member did it, and the answer is under way. */
export const YES_COMING = 2;
/** An acquire took effect; a copy is under way after a reconnect, and its answer does not count. */
export const COPY = 3;
/** A renewal that the client knows to be a vote. */
export const OK = 4;
/** A renewal that found no lock, as the client knows. */
export const LOST = 5;

/** What a client knows of its part at a member: `Seat` and `Ballot`. Nothing was granted, as far as it knows. */
export const NOTHING = 0;
/** Granted; in an election, not yet confirmed. */
export const GRANTED = 1;
/** Granted, and has the lease's token. */
export const CONFIRMED = 2;
/** Granted, but no vote. */
export const UNCOUNTED = 3;

/** Requests of a seat that no answer has told the outcome of, as bits. */
export const ASK_OPEN = 1;
export const REPAIR_OPEN = 2;
/** One whose answer will never come. */
export const EVER_OPEN = 4;

/** Releases. */
export const PLAIN = 1;
export const IN_DOUBT = 2;
/** Processed by the member, which has a tombstone. */
export const BURIED = 3;
/** Processed by the member, which has none or lost it. */
export const RELEASED = 4;

/** Violations that are seen in a step, not in a state. */
export const TOKEN_NOT_LARGER = 1;
export const REVIVED = 2;

/** Fields of the whole. */
export const VIOLATION = 0;
/** The largest token of any lease so far. */
export const TOKEN_HELD = 1;
export const RESTART_COUNT = 2;
export const CRASH_COUNT = 3;
export const COPY_COUNT = 4;
export const DELETION_COUNT = 5;
const ATTEMPTS_AT = 6;

export const ATTEMPT_FIELDS = 7;
const MEMBER_FIELDS = 6;
const PAIR_FIELDS = 6;

/** The value of a field. Fields exist by construction. */
export function at(state: State, field: number): number {
  return state[field] as number;
}

/** Where each field of a state is. Attempts are `a`, members `m`, renewals `g` from 1. */
export class Layout {
  readonly attemptCount: number;
  readonly renewalCount: number;
  /** Of one member with all that is between it and the attempts. */
  readonly columnFields: number;
  readonly columnsAt: number;
  readonly fieldCount: number;
  readonly attempts: readonly number[];
  /** Between one member and one attempt, from `ask` on. */
  readonly pairFields: number;

  constructor({ attempts, renewals }: Scope) {
    this.attemptCount = attempts;
    this.renewalCount = renewals;
    this.attempts = Array.from({ length: attempts }, (_, index) => index);
    this.pairFields = PAIR_FIELDS + (renewals > 0 ? 1 + renewals : 0);
    this.columnFields = MEMBER_FIELDS + attempts * (1 + this.pairFields);
    this.columnsAt = ATTEMPTS_AT + attempts * ATTEMPT_FIELDS;
    this.fieldCount = this.columnsAt + MEMBER_COUNT * this.columnFields;
  }

  phase(a: number): number {
    return ATTEMPTS_AT + a * ATTEMPT_FIELDS;
  }

  /** The token of round two and of the lease. */
  token(a: number): number {
    return this.phase(a) + 1;
  }

  proposal(a: number): number {
    return this.phase(a) + 2;
  }

  /** Renewals sent. */
  sent(a: number): number {
    return this.phase(a) + 3;
  }

  /** The renewal whose deadline is the lease's; 0 is the acquire's. */
  valid(a: number): number {
    return this.phase(a) + 4;
  }

  /** How many of the deadlines, of the acquire and of each renewal, have passed. */
  passed(a: number): number {
    return this.phase(a) + 5;
  }

  /** Renewals sent when a later lease was granted, plus one; 0 for none. */
  outdated(a: number): number {
    return this.phase(a) + 6;
  }

  column(m: number): number {
    return this.columnsAt + m * this.columnFields;
  }

  /** Whose lock it is: an attempt plus one, 0 for free. */
  holder(m: number): number {
    return this.column(m);
  }

  lockToken(m: number): number {
    return this.column(m) + 1;
  }

  /** Renewals that its holder had sent when the lock's ttl was last set: it outlives their deadlines. */
  lockSent(m: number): number {
    return this.column(m) + 2;
  }

  fence(m: number): number {
    return this.column(m) + 3;
  }

  /** 1 while the member abstains. */
  guard(m: number): number {
    return this.column(m) + 4;
  }

  /** Tokens of before a restart, which the member forgot and its clock has passed. */
  floor(m: number): number {
    return this.column(m) + 5;
  }

  /** Deadlines of the attempt that must pass before the member votes again. */
  guarded(m: number, a: number): number {
    return this.column(m) + MEMBER_FIELDS + a;
  }

  /** The acquire. */
  ask(m: number, a: number): number {
    return this.column(m) + MEMBER_FIELDS + this.attemptCount + a * this.pairFields;
  }

  /** The token of the grant, during the election. */
  voteToken(m: number, a: number): number {
    return this.ask(m, a) + 1;
  }

  /** What the client believes. */
  seat(m: number, a: number): number {
    return this.ask(m, a) + 2;
  }

  raise(m: number, a: number): number {
    return this.ask(m, a) + 3;
  }

  release(m: number, a: number): number {
    return this.ask(m, a) + 4;
  }

  /** What is open at the seat. */
  open(m: number, a: number): number {
    return this.ask(m, a) + 5;
  }

  repair(m: number, a: number): number {
    return this.ask(m, a) + 6;
  }

  renewal(m: number, a: number, g: number): number {
    return this.ask(m, a) + 6 + g;
  }
}
