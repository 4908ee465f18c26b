import type { State } from "./explore.ts";
import {
  ASK_OPEN,
  ASKING,
  at,
  CONFIRMED,
  COPY,
  CRASHED,
  DELETION_COUNT,
  ENDED,
  FAILED,
  GRANTED,
  HOLDING,
  IN_DOUBT,
  type Layout,
  MEMBERS,
  NONE,
  NOTHING,
  OK,
  PLAIN,
  RAISING,
  REPAIR_OPEN,
  REVIVED,
  SENT,
  TOKEN_HELD,
  TOKEN_NOT_LARGER,
  UNCOUNTED,
  VIOLATION,
  YES_COMING,
} from "./layout.ts";
import type { Pair } from "./member-steps.ts";
import type { Rules } from "./rules.ts";

/**
 * What a client does with the answers it gets: `Election` and `RenewalRound` of `packages/core/src/quorum`. Each
 * attempt has a holderId of its own, so a client's next attempt is as good as another client's.
 */
export class ClientSteps {
  readonly #layout: Layout;
  readonly #rules: Rules;

  constructor(layout: Layout, rules: Rules) {
    this.#layout = layout;
    this.#rules = rules;
  }

  isActive(state: State, a: number): boolean {
    const phase = at(state, this.#layout.phase(a));
    return phase >= ASKING && phase <= HOLDING;
  }

  /** `Election.run`: all members are asked at once, but those that abstain. */
  ask(state: State, a: number, proposal: number): void {
    const layout = this.#layout;
    state[layout.phase(a)] = ASKING;
    state[layout.proposal(a)] = proposal;
    for (const m of MEMBERS) {
      if (state[layout.guard(m)] === 0) this.askMember(state, [m, a]);
    }
  }

  /** `askSeat`. */
  askMember(state: State, [m, a]: Pair): void {
    state[this.#layout.ask(m, a)] = SENT;
    state[this.#layout.open(m, a)] = ASK_OPEN;
  }

  /** `Election#answered` with a grant, and what follows from it. */
  granted(state: State, [m, a]: Pair): void {
    const layout = this.#layout;
    const phase = state[layout.phase(a)];
    state[layout.seat(m, a)] = GRANTED;
    this.#close(state, layout.open(m, a), ASK_OPEN);
    if (phase === RAISING) this.#countLate(state, m, a);
    if (phase === ASKING && this.#count(state, a, GRANTED) >= this.#rules.quorum) {
      this.#endRoundOne(state, a);
    }
    this.#winIfConfirmed(state, a);
  }

  /** `Election#answered` with a refusal: nothing to give back there. */
  refused(state: State, [m, a]: Pair): void {
    state[this.#layout.seat(m, a)] = NOTHING;
    this.#close(state, this.#layout.open(m, a), ASK_OPEN);
  }

  /** `Ballot.raised` with the token of round two. */
  raised(state: State, [m, a]: Pair): void {
    state[this.#layout.seat(m, a)] = CONFIRMED;
    this.#winIfConfirmed(state, a);
  }

  /** `RenewalRound`: every member is asked, whether it ever granted or not. */
  renew(state: State, a: number): void {
    const layout = this.#layout;
    const sent = at(state, layout.sent(a)) + 1;
    state[layout.sent(a)] = sent;
    for (const m of MEMBERS) {
      state[layout.renewal(m, a, sent)] = SENT;
      // Answers to the round before are not awaited any more.
      if (sent > 1 && state[layout.renewal(m, a, sent - 1)] !== SENT) {
        state[layout.renewal(m, a, sent - 1)] = NONE;
      }
    }
  }

  /** `Tally.add` with a vote. What is open at the seat stays so. */
  renewed(state: State, [m, a]: Pair): void {
    const layout = this.#layout;
    state[layout.seat(m, a)] = GRANTED;
    if (!this.#rules.doubtStands) state[layout.open(m, a)] = 0;
    state[layout.renewal(m, a, at(state, layout.sent(a)))] = OK;
    this.#extendIfRenewed(state, a);
  }

  /** `repair`: the same holder asks again, for the lease's own token. */
  repair(state: State, [m, a]: Pair): void {
    const layout = this.#layout;
    state[layout.renewal(m, a, at(state, layout.sent(a)))] = NONE;
    if (state[layout.guard(m)] === 1) return;
    state[layout.repair(m, a)] = SENT;
    state[layout.open(m, a)] = at(state, layout.open(m, a)) | REPAIR_OPEN;
  }

  /** The repair's answer. It is no vote: the next renewal asks this member too, and raises. */
  repaired(state: State, [m, a]: Pair, isGranted: boolean): void {
    const layout = this.#layout;
    state[layout.seat(m, a)] = isGranted ? GRANTED : NOTHING;
    this.#close(state, layout.open(m, a), REPAIR_OPEN);
    if (this.#rules.repairsAreNoVotes || !isGranted) return;
    state[layout.renewal(m, a, at(state, layout.sent(a)))] = OK;
    this.#extendIfRenewed(state, a);
  }

  /**
   * Gives up, releases or learns of the loss: `QuorumMember.leave`. In doubt where a request is open, plain
   * where it was granted, nothing where it was refused. Waiting for an open request first, as it may, leads to
   * the same as a release that is late.
   */
  end(state: State, a: number): void {
    const layout = this.#layout;
    const { givesBack, releasesSilent } = this.#rules;
    const isFailed = state[layout.phase(a)] !== HOLDING && !givesBack;
    state[layout.phase(a)] = isFailed ? FAILED : ENDED;
    for (const m of MEMBERS) {
      if (isFailed) continue;
      const isOpen = state[layout.open(m, a)] !== 0;
      const isGranted = state[layout.seat(m, a)] !== NOTHING;
      if (isOpen && (isGranted || releasesSilent)) state[layout.release(m, a)] = IN_DOUBT;
      else if (isGranted) state[layout.release(m, a)] = PLAIN;
    }
    this.#forget(state, a);
  }

  /** The process is gone: nothing is sent any more, but what was sent may still arrive. */
  crash(state: State, a: number): void {
    state[this.#layout.phase(a)] = CRASHED;
    this.#forget(state, a);
  }

  /** Answers and beliefs of an attempt that is over. Its requests stay under way. */
  #forget(state: State, a: number): void {
    const layout = this.#layout;
    for (const field of [layout.outdated(a), layout.sent(a), layout.valid(a), layout.passed(a)]) {
      state[field] = 0;
    }
    for (const m of MEMBERS) {
      state[layout.seat(m, a)] = NOTHING;
      state[layout.open(m, a)] = 0;
      state[layout.voteToken(m, a)] = 0;
      keepRequest(state, layout.ask(m, a));
      keepRequest(state, layout.raise(m, a));
      if (layout.renewalCount > 0) keepRequest(state, layout.repair(m, a));
      // A renewal of an ended attempt can only keep its lock for longer, which it may be anyway.
      for (let g = 1; g <= layout.renewalCount; g += 1) state[layout.renewal(m, a, g)] = NONE;
    }
  }

  /** One token from the whole quorum is the lease's; otherwise round two begins. */
  #endRoundOne(state: State, a: number): void {
    const layout = this.#layout;
    let largest = 0;
    let isOne = true;
    for (const m of MEMBERS) {
      if (state[layout.seat(m, a)] !== GRANTED) continue;
      const token = at(state, layout.voteToken(m, a));
      isOne = isOne && (largest === 0 || token === largest);
      largest = Math.max(largest, token);
    }
    state[layout.token(a)] = largest;
    state[layout.phase(a)] = RAISING;
    for (const m of MEMBERS) {
      if (state[layout.seat(m, a)] !== GRANTED) continue;
      if (isOne || !this.#rules.writesBack) state[layout.seat(m, a)] = CONFIRMED;
      else this.#startRaise(state, m, a);
    }
  }

  /** A grant that comes in round two. */
  #countLate(state: State, m: number, a: number): void {
    if (this.#rules.raisesLateGrants) this.#startRaise(state, m, a);
    else state[this.#layout.seat(m, a)] = CONFIRMED;
  }

  /** `Election#raise`. One with a larger token has no vote: a later holder may have been there. */
  #startRaise(state: State, m: number, a: number): void {
    const layout = this.#layout;
    const granted = at(state, layout.voteToken(m, a));
    const token = at(state, layout.token(a));
    if (granted < token) state[layout.raise(m, a)] = SENT;
    else if (granted > token && this.#rules.refusesSuccessors) {
      state[layout.seat(m, a)] = UNCOUNTED;
    } else state[layout.seat(m, a)] = CONFIRMED;
  }

  #winIfConfirmed(state: State, a: number): void {
    const layout = this.#layout;
    if (state[layout.phase(a)] !== RAISING) return;
    if (this.#count(state, a, CONFIRMED) < this.#rules.quorum) return;
    state[layout.phase(a)] = HOLDING;
    const token = at(state, layout.token(a));
    if (token <= at(state, TOKEN_HELD) && state[DELETION_COUNT] === 0) {
      state[VIOLATION] = TOKEN_NOT_LARGER;
    }
    state[TOKEN_HELD] = Math.max(token, at(state, TOKEN_HELD));
    for (const m of MEMBERS) this.#settleSeat(state, m, a);
    for (const other of layout.renewalCount > 0 ? layout.attempts : []) {
      if (state[layout.phase(other)] !== HOLDING || at(state, layout.token(other)) >= token)
        continue;
      state[layout.outdated(other)] = at(state, layout.sent(other)) + 1;
    }
  }

  /** From now on it only counts whether it was granted. Late answers are heard at once. */
  #settleSeat(state: State, m: number, a: number): void {
    const layout = this.#layout;
    const isComing = state[layout.ask(m, a)] === YES_COMING;
    if (isComing) this.#close(state, layout.open(m, a), ASK_OPEN);
    if (isComing || state[layout.seat(m, a)] !== NOTHING) state[layout.seat(m, a)] = GRANTED;
    state[layout.voteToken(m, a)] = 0;
    keepRequest(state, layout.ask(m, a));
    keepRequest(state, layout.raise(m, a));
  }

  /** Renewed by a quorum: the deadline counts from the send of this round. */
  #extendIfRenewed(state: State, a: number): void {
    const layout = this.#layout;
    const sent = at(state, layout.sent(a));
    if (at(state, layout.valid(a)) >= sent) return;
    let votes = 0;
    for (const m of MEMBERS) if (state[layout.renewal(m, a, sent)] === OK) votes += 1;
    if (votes < this.#rules.quorum) return;
    state[layout.valid(a)] = sent;
    const outdated = at(state, layout.outdated(a));
    if (outdated !== 0 && sent >= outdated) state[VIOLATION] = REVIVED;
  }

  #close(state: State, open: number, request: number): void {
    state[open] = at(state, open) & ~request;
  }

  #count(state: State, a: number, seat: number): number {
    let count = 0;
    for (const m of MEMBERS) if (state[this.#layout.seat(m, a)] === seat) count += 1;
    return count;
  }
}

function keepRequest(state: State, field: number): void {
  if (state[field] !== SENT && state[field] !== COPY) state[field] = NONE;
}
