import type { Timer } from "../clock.ts";
import { deadlineMs } from "../deadline.ts";
import { LockError, type LockErrorCode, type Outcome } from "../lock-error.ts";
import type { AcquireRequest, Grant, Refusal } from "../provider.ts";
import { Ballot, endOf, inStates, largestToken, lastingFaults } from "./ballot.ts";
import type { Candidacy, ElectionHost } from "./candidacy.ts";
import { askSeat, type Hold, renewAt } from "./hold.ts";
import { startPatientTimer } from "./patient-timer.ts";
import type { Joined } from "./quorum-member.ts";
import { memberTimeoutMs } from "./quorum-options.ts";
import { sameServer } from "./same-server.ts";

type Answer = Grant | Refusal;

/** How long a lead may take before the others are asked without it: it may hang. */
const LEAD_MS_MAX = 50;
/** Until a member that another is leaving is asked again; twice as long each time. */
const ASK_AGAIN_MS = 5;
/** A holder that is leaving needs a round trip; one that stays is not to be asked for ever. */
const ASK_AGAIN_MAX = 4;
/** The allowance that core makes by default; a client that wants more takes it off the grant. */
const ALLOWANCE = { driftMs: undefined, marginMs: undefined };

/**
 * One attempt to take a lock: all members are asked at once, and it settles as soon as a majority granted
 * or none can be reached any more, whoever is still silent.
 *
 * Round one asks each member with a proposed token. If a majority answered one and the same token, that is
 * the lease's. Otherwise round two raises those that granted to the largest of them, by renewals that only
 * the holder can make, and the lease counts once a majority confirmed. A grant that comes late counts
 * only after it was raised too; one with a larger token never, since a later holder may have been there.
 *
 * Where a name is contended the lead is asked alone, and the others once it granted or is silent: whoever
 * has the lead has no rival for the rest. Members that the holder before has not left are asked again.
 *
 * Source: Redlock (https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/) for the votes and
 * the validity; the fencing follows the two phases of Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly
 * in Message-Passing Systems", 1995.
 */
export class Election {
  readonly #host: ElectionHost;
  /** As the members get it: a signal would end what is made good by a release anyway. */
  readonly #request: AcquireRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #hold: Hold;
  readonly #ballots: readonly Ballot[];
  readonly #startedAtMs: number;
  readonly #isLed: boolean;
  #resolve!: (answer: Answer) => void;
  #reject!: (error: LockError) => void;
  #isOver = false;
  #isWon = false;
  /** Members to lead, while the lead is sought alone. */
  #leads: Ballot[] | undefined;
  readonly #askAgainTimers = new Set<Timer>();
  /** Why this quorum cannot be used as it is configured. */
  #misconfigured: string | undefined;
  /** The token of round two. */
  #target: bigint | undefined;
  #timer: Timer | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    host: ElectionHost,
    { signal, ...request }: AcquireRequest,
    { hold, order, isLed = order !== undefined }: Candidacy,
  ) {
    this.#host = host;
    this.#request = request;
    this.#signal = signal;
    this.#hold = hold;
    this.#startedAtMs = host.settings.clock.monotonicMs();
    this.#ballots = hold.seats.map((seat) => new Ballot(seat));
    this.#isLed = isLed;
    this.#leads = order?.flatMap((index) => this.#ballots[index] ?? []);
  }

  /** Asks. The hold's seats tell afterwards, and later still, what may be where. */
  run(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#watchSignal();
      this.#misconfigured = this.#twoInOne();
      if (this.#isUnwanted) this.#giveUp();
      else if (this.#misconfigured !== undefined) this.#decide();
      else if (this.#leads === undefined) this.#askRest();
      else this.#askLead(this.#leads);
    });
  }

  #twoInOne(): string | undefined {
    return sameServer(this.#hold.seats.map(({ member }) => member));
  }

  /** Whoever asked left before anything was sent. */
  get #isUnwanted(): boolean {
    return this.#hold.isReleased || this.#signal?.aborted === true;
  }

  /** The next member that may lead, alone. */
  #askLead(leads: Ballot[]): void {
    const lead = leads.shift();
    if (lead === undefined) {
      this.#lose();
      return;
    }
    this.#timer?.cancel();
    const { settings } = this.#host;
    const limitMs = Math.min(LEAD_MS_MAX, memberTimeoutMs(settings, this.#request.ttlMs));
    this.#timer = startPatientTimer(settings.clock, limitMs, () => this.#askRest());
    this.#ask(lead);
  }

  #askRest(): void {
    this.#leads = undefined;
    this.#startTimer("no answer");
    for (const ballot of this.#ballots) if (!ballot.isAsked) this.#ask(ballot);
  }

  /** Whatever the answer, it comes in a later turn: all have been asked by then. */
  #ask(ballot: Ballot): void {
    const { member } = ballot.seat;
    ballot.isAsked = true;
    const { joined } = member;
    if (joined !== undefined && !member.isFull) {
      member.afterLeaving(this.#request.name, () => this.#askUnlessOver(ballot, joined));
      return;
    }
    member.joinUnlessFull().then(
      (joinedNow) => this.#askUnlessOver(ballot, joinedNow),
      (error: unknown) => this.#faulted(ballot, error),
    );
  }

  /** Later than the others: after a win it is one member more, after anything else nothing to be sent. */
  #askUnlessOver(ballot: Ballot, joined: Joined): void {
    if (this.#hold.isReleased) this.#giveUp();
    else if (ballot.state === "pending" && (this.#isWon || !this.#isOver)) {
      this.#askJoined(ballot, joined);
    }
  }

  #askJoined(ballot: Ballot, joined: Joined): void {
    askSeat(ballot.seat, joined.provider, this.#request).then(
      (answer) => this.#answered(ballot, answer),
      (error: unknown) => this.#faulted(ballot, error),
    );
  }

  /** An answer, however late: its seat was told already. */
  #answered(ballot: Ballot, answer: Answer): void {
    if (answer.granted && answer.serverTimeMs !== undefined) {
      this.#host.offsets.heard(ballot.member, answer.sentAtMs, answer.serverTimeMs);
    }
    if (this.#isOver || ballot.state !== "pending") return;
    if (answer.granted) {
      this.#misconfigured = this.#twoInOne();
      ballot.granted(answer);
      if (this.#target !== undefined) this.#raise(ballot, this.#target);
    } else if (answer.why === "held" && this.#mayAskAgain(ballot)) {
      this.#askAgain(ballot, answer);
    } else {
      ballot.refused(answer);
    }
    this.#decide();
  }

  /** With the lead ours, whoever has another member is leaving it, or will be refused by the lead. */
  #mayAskAgain({ heldCount }: Ballot): boolean {
    if (this.#leads !== undefined || this.#target !== undefined) return false;
    return this.#isLed && heldCount < ASK_AGAIN_MAX;
  }

  #askAgain(ballot: Ballot, { retryAfterMs }: Refusal): void {
    ballot.retryAfterMs = retryAfterMs;
    const delayMs = ASK_AGAIN_MS * 2 ** ballot.heldCount;
    ballot.heldCount += 1;
    const timer = this.#host.settings.clock.setTimer(delayMs, () => {
      this.#askAgainTimers.delete(timer);
      if (!this.#isOver && ballot.state === "pending") this.#ask(ballot);
    });
    this.#askAgainTimers.add(timer);
  }

  #faulted(ballot: Ballot, reason: unknown): void {
    if (this.#isOver || ballot.state !== "pending") return;
    ballot.faulted(reason);
    const { fault } = ballot;
    if (fault?.code === "CONFIG_INVALID") this.#misconfigured = `${ballot.label}: ${fault.message}`;
    this.#decide();
  }

  #decide(): void {
    if (this.#hold.isReleased) this.#giveUp();
    if (this.#isOver) return;
    const { majority } = this.#host;
    const confirmed = this.#agreeing(inStates(this.#ballots, "confirmed"));
    const granted = this.#agreeing(inStates(this.#ballots, "granted", "confirmed"));
    const pending = inStates(this.#ballots, "pending");
    if (this.#misconfigured !== undefined) this.#fail("CONFIG_INVALID", this.#misconfigured);
    else if (confirmed.length >= majority) this.#win(confirmed);
    else if (granted.length + pending.length < majority) this.#lose();
    else if (this.#leads !== undefined) this.#decideLead(this.#leads, pending);
    else if (this.#target === undefined && granted.length >= majority) this.#endRoundOne(granted);
  }

  #decideLead(leads: Ballot[], pending: readonly Ballot[]): void {
    if (pending.some(({ isAsked }) => isAsked)) return;
    if (inStates(this.#ballots, "held").length > 0) this.#lose();
    else if (inStates(this.#ballots, "granted").length === 0) this.#askLead(leads);
    else {
      this.#askRest();
      // Of one member there is no rest.
      this.#decide();
    }
  }

  /** Those whose clocks agree: a member whose clock ran away has no vote. */
  #agreeing(ballots: readonly Ballot[]): readonly Ballot[] {
    const members = ballots.map(({ member }) => member);
    const agreeing = this.#host.offsets.agreeing(members);
    if (agreeing === members) return ballots;
    return ballots.filter(({ member }) => agreeing.includes(member));
  }

  #endRoundOne(granted: readonly Ballot[]): void {
    const [first] = granted;
    const isRepeated = this.#hold.token !== undefined;
    const isOne = granted.every(({ token }) => token === first?.token) && !isRepeated;
    if (!this.#host.settings.fencing || isOne) {
      for (const ballot of granted) ballot.state = "confirmed";
    } else {
      // A copy of a request that was granted before keeps its token.
      this.#target = this.#hold.token ?? largestToken(granted);
      this.#startTimer("no confirmation of the fencing token");
      for (const ballot of granted) this.#raise(ballot, this.#target);
    }
    this.#decide();
  }

  /** Round two at one member. */
  #raise(ballot: Ballot, target: bigint): void {
    const { token = 0n } = ballot;
    const { member, state } = ballot.seat;
    if (token === target) {
      ballot.state = "confirmed";
    } else if (token > target) {
      ballot.fail("it granted with a larger fencing token than the others, and too late");
    } else {
      const { name, holderId, ttlMs } = this.#request;
      const request = { name, holderId, ttlMs, raiseFenceTo: target };
      const settle = (outcome: Parameters<Ballot["raised"]>[0]): void => {
        if (this.#isOver || ballot.state !== "granted") return;
        ballot.raised(outcome, target);
        this.#decide();
      };
      const provider = member.joined?.provider ?? member.provider;
      void renewAt(provider, [state === undefined ? request : { ...request, state }]).then(
        ([outcome]) => settle(outcome),
      );
    }
  }

  #win(confirmed: readonly Ballot[]): void {
    const { settings } = this.#host;
    const { name, holderId } = this.#request;
    const sentAtMs = this.#startedAtMs;
    const ttlMs = Math.max(...confirmed.map((ballot) => ballot.ttlMs));
    // From the first send, whenever each member was reached.
    const endsAtMs = Math.min(...confirmed.map((ballot) => ballot.endsAtMs));
    const validMs = Math.min(endsAtMs - sentAtMs, ttlMs);
    const untilMs = deadlineMs(settings.elapsed.at(sentAtMs), { validMs, ttlMs }, ALLOWANCE);
    if (untilMs - settings.elapsed.nowWatchfulMs() <= settings.validityMsMin) {
      for (const ballot of confirmed) ballot.fail("it granted, but too late for the ttl");
      this.#lose();
      return;
    }
    this.#end();
    this.#isWon = true;
    const fencingToken = settings.fencing ? (this.#target ?? confirmed[0]?.token) : undefined;
    this.#hold.token = fencingToken;
    this.#hold.isWon = true;
    const grant = {
      granted: true,
      name,
      holderId,
      ttlMs,
      fencingToken,
      sentAtMs,
      validMs,
    } as const;
    // With the token another process can adopt the lease.
    this.#resolve(fencingToken === undefined ? grant : { ...grant, state: String(fencingToken) });
  }

  #lose(): void {
    const { majority } = this.#host;
    const lasting = lastingFaults(this.#ballots);
    const [fault] = lasting;
    if (fault !== undefined && lasting.length > this.#ballots.length - majority) {
      this.#fail(fault.code, `${lasting.length} members failed: ${fault.message}`, fault);
      return;
    }
    this.#abstainStrays();
    const granted = inStates(this.#ballots, "granted", "confirmed").length;
    const held = inStates(this.#ballots, "held");
    // With those that had no time to answer, could it have been ours but for those that hold it?
    const pendingCount = inStates(this.#ballots, "pending").length;
    const isBlocked = held.length > 0 && held.length + granted + pendingCount >= majority;
    const votes = this.#ballots.map((ballot) => ballot.vote());
    const outcome = this.#outcome(isBlocked);
    this.#end();
    this.#giveBack();
    const retryAfterMs = isBlocked ? endOf(held, majority - granted) : undefined;
    const why = isBlocked ? "held" : "no-quorum";
    const refusal = { granted: false, why, votes, outcome } as const;
    this.#resolve(retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs });
  }

  /** Unknown where a member may have, or get, a lock of ours. A refused attempt hears the last answers out. */
  #outcome(isRefused: boolean): Outcome {
    const open = this.#ballots.filter(({ seat }) => seat.open > 0);
    return open.every(({ state }) => isRefused && state === "pending") ? "not-applied" : "unknown";
  }

  #abstainStrays(): void {
    const granted = inStates(this.#ballots, "granted", "confirmed");
    const agreeing = this.#agreeing(granted);
    for (const ballot of granted) {
      if (!agreeing.includes(ballot)) ballot.abstain("its clock is too far from the others'");
    }
  }

  #fail(code: LockErrorCode, words: string, cause?: LockError): void {
    const { name: lockName } = this.#request;
    const votes = this.#ballots.map((ballot) => ballot.vote());
    const outcome = this.#outcome(false);
    this.#end();
    this.#giveBack();
    const message = `${this.#host.settings.name}: ${words}`;
    this.#reject(new LockError(code, message, { lockName, votes, outcome, cause }));
  }

  /**
   * After a failed attempt: a plain release where it was granted, one in doubt where nobody knows, none
   * where it was refused. Members that had no time to answer are heard first. A copy of one that won: nothing.
   */
  #giveBack(): void {
    if (this.#hold.isWon) return;
    for (const { seat, state } of this.#ballots) {
      const isSilent = seat.open > 0 && state !== "pending";
      void seat.member.leave(seat, this.#request, isSilent);
    }
  }

  #watchSignal(): void {
    if (this.#signal === undefined) return;
    this.#onAbort = () => this.#giveUp();
    this.#signal.addEventListener("abort", this.#onAbort);
  }

  /** Whoever asked has left. What was sent is made good by the release that they send. */
  #giveUp(): void {
    if (this.#isOver) return;
    const { name: lockName } = this.#request;
    this.#end();
    const words = `${this.#host.settings.name}: the attempt was given up`;
    const cause: unknown = this.#signal?.reason;
    const isSent = this.#hold.seats.some(({ askCount }) => askCount > 0);
    const outcome = isSent ? "unknown" : "not-applied";
    this.#reject(new LockError("ABORTED", words, { lockName, outcome, cause }));
  }

  /** Bounds the round that begins: who has not answered by then has no vote. */
  #startTimer(missing: string): void {
    const { settings } = this.#host;
    const limitMs = memberTimeoutMs(settings, this.#request.ttlMs);
    this.#timer?.cancel();
    this.#timer = startPatientTimer(settings.clock, limitMs, () => {
      const isRoundTwo = this.#target !== undefined;
      const silent = isRoundTwo ? (["pending", "granted"] as const) : (["pending"] as const);
      for (const ballot of inStates(this.#ballots, ...silent)) {
        if (ballot.isAsked) ballot.timedOut(`${missing} within ${Math.round(limitMs)} ms`);
      }
      this.#decide();
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    for (const timer of this.#askAgainTimers) timer.cancel();
    if (this.#onAbort === undefined) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
