import type { Timer } from "../clock.ts";
import { LockError } from "../lock-error.ts";
import type { RenewOutcome, RenewRequest, Vote } from "../provider.ts";
import type { ElectionHost } from "./candidacy.ts";
import { type Hold, renewAt, type Seat } from "./hold.ts";
import { startPatientTimer } from "./patient-timer.ts";
import type { Joined } from "./quorum-member.ts";
import { memberTimeoutMs } from "./quorum-options.ts";
import { reasonOf } from "./reason.ts";

/** One lease in a renewal round. */
export interface Renewable {
  readonly request: RenewRequest;
  readonly hold: Hold;
}

/** Called for a member that lost a lease which a majority renewed. */
export type OnMissing = (lease: Renewable, seat: Seat) => void;

type Renewed = RenewOutcome & { readonly status: "renewed" };

/**
 * One renewal of many leases at all members. A lease is renewed when a majority renewed it, counted from
 * before the first send; lost when so many said "not yours" that no majority can be left; otherwise
 * unknown, and its old deadline stands.
 *
 * Every member raises its token to the lease's as it renews, so a grant that came late or was repaired
 * counts for no less than the others. A member that lost the lock is to be repaired, but only after a
 * majority renewed, and is no vote in the round that found it missing.
 */
export class RenewalRound {
  readonly #host: ElectionHost;
  readonly #tallies: readonly Tally[];
  readonly #onMissing: OnMissing;
  readonly #startedAtMs: number;
  #pending = 0;
  #resolve!: (outcomes: readonly RenewOutcome[]) => void;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(host: ElectionHost, leases: readonly Renewable[], onMissing: OnMissing) {
    this.#host = host;
    this.#onMissing = onMissing;
    this.#startedAtMs = host.settings.clock.monotonicMs();
    const memberCount = leases[0]?.hold.seats.length ?? 0;
    this.#tallies = leases.map((lease) => new Tally(host, lease, memberCount));
  }

  /** Settles when every lease is decided, or when the members' time is up. Never rejects. */
  run(): Promise<readonly RenewOutcome[]> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const { clock } = this.#host.settings;
      this.#timer = startPatientTimer(clock, this.#timeoutMs(), () => this.#end());
      const members = this.#tallies[0]?.lease.hold.seats.map(({ member }) => member) ?? [];
      for (const [index, member] of members.entries()) {
        const { joined } = member;
        // One that was never joined holds nothing of ours, unless another process took it over to us.
        const joining = joined === undefined ? member.join() : Promise.resolve(joined);
        this.#pending += 1;
        void this.#ask(index, joining);
      }
      if (this.#pending === 0) this.#end();
    });
  }

  async #ask(index: number, joining: Promise<Joined>): Promise<void> {
    const joined = await joining.catch(() => undefined);
    const requests = this.#tallies.map((tally) => tally.request(index));
    const isAsked = joined !== undefined && !this.#isOver;
    const outcomes = isAsked ? await renewAt(joined.provider, requests) : [];
    for (const [at, tally] of this.#tallies.entries()) {
      tally.add(index, joined?.identity, outcomes[at]);
      if (this.#isOver) this.#repair(tally);
    }
    this.#pending -= 1;
    if (this.#pending === 0 || this.#tallies.every((tally) => tally.isDecided)) this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    const { name } = this.#host.settings;
    this.#resolve(this.#tallies.map((tally) => tally.outcome(name, this.#startedAtMs)));
    for (const tally of this.#tallies) this.#repair(tally);
  }

  #repair(tally: Tally): void {
    if (tally.isRenewed) for (const seat of tally.takeMissing()) this.#onMissing(tally.lease, seat);
  }

  #timeoutMs(): number {
    const ttlMs = Math.max(...this.#tallies.map(({ lease }) => lease.request.ttlMs));
    return memberTimeoutMs(this.#host.settings, ttlMs);
  }
}

/** The members' answers for one lease. */
class Tally {
  readonly lease: Renewable;
  readonly #host: ElectionHost;
  readonly #memberCount: number;
  readonly #renewed = new Map<number, Renewed>();
  /** Of those that renewed: two answers of one server are one vote. */
  readonly #identities = new Set<string>();
  #missing: Seat[] = [];
  #lostCount = 0;
  #lostWhy = "";
  /** By the member's number: what it answered that is no vote for the lease. */
  readonly #objections = new Map<number, string>();

  constructor(host: ElectionHost, lease: Renewable, memberCount: number) {
    this.#host = host;
    this.lease = lease;
    this.#memberCount = memberCount;
  }

  /** What the member of this number is asked: its own state, and the lease's token. */
  request(index: number): RenewRequest {
    const { request, hold } = this.lease;
    const { name, holderId, ttlMs } = request;
    const state = hold.seats[index]?.state;
    return {
      name,
      holderId,
      ttlMs,
      ...(hold.token === undefined ? {} : { raiseFenceTo: hold.token }),
      ...(state === undefined ? {} : { state }),
    };
  }

  /** The answer of one member, whose server `identity` names. */
  add(index: number, identity: string | undefined, outcome: RenewOutcome | undefined): void {
    const seat = this.lease.hold.seats[index];
    if (seat === undefined || identity === undefined) return;
    if (outcome?.status === "lost") {
      this.#missing.push(seat);
      this.#lost(index, outcome.why);
    } else if (outcome?.status === "renewed") {
      seat.isGranted = true;
      seat.isLost = false;
      if (this.#wasSucceeded(outcome)) this.#lost(index, "another held it since");
      else this.#count(index, identity, outcome);
    } else if (outcome?.status === "unknown") this.#objections.set(index, reasonOf(outcome.cause));
  }

  #count(index: number, identity: string, outcome: Renewed): void {
    if (this.#identities.has(identity)) return;
    this.#identities.add(identity);
    this.#renewed.set(index, outcome);
  }

  /**
   * A later holder's token is at least one more than ours, so what was put back at a member after it has
   * one more again: as a vote it would revive a lease that had ended.
   */
  #wasSucceeded({ fencingToken }: Renewed): boolean {
    const { token } = this.lease.hold;
    return token !== undefined && fencingToken !== undefined && fencingToken > token + 1n;
  }

  #lost(index: number, why: string): void {
    this.#objections.set(index, why);
    this.#lostCount += 1;
    this.#lostWhy = why;
  }

  get isRenewed(): boolean {
    const { offsets, majority } = this.#host;
    return offsets.agreeing([...this.#renewed.keys()]).length >= majority;
  }

  get #isLost(): boolean {
    return this.#lostCount > this.#memberCount - this.#host.majority;
  }

  get isDecided(): boolean {
    return this.isRenewed || this.#isLost;
  }

  outcome(quorumName: string, sentAtMs: number): RenewOutcome {
    const renewed = [...this.#renewed.values()];
    if (this.isRenewed) {
      const endsAtMs = Math.min(...renewed.map((one) => one.sentAtMs + one.validMs));
      const token = this.#host.settings.fencing
        ? (this.lease.hold.token ?? largestToken(renewed))
        : undefined;
      this.lease.hold.token = token;
      const validMs = Math.min(endsAtMs - sentAtMs, ...renewed.map((one) => one.validMs));
      return { status: "renewed", sentAtMs, validMs, fencingToken: token };
    }
    if (this.#isLost) return { status: "lost", why: this.#lostWhy };
    const { name: lockName } = this.lease.request;
    const words =
      `${quorumName}: ${renewed.length} of ${this.#memberCount} members renewed the lock, ` +
      `${this.#host.majority} are needed`;
    return {
      status: "unknown",
      cause: new LockError("NO_QUORUM", words, {
        lockName,
        votes: this.lease.hold.seats.map((_, index) => this.#vote(index)),
        outcome: "unknown",
      }),
    };
  }

  #vote(index: number): Vote {
    const member = this.lease.hold.seats[index]?.member.label ?? "";
    if (this.#renewed.has(index)) return { member, answer: "granted" };
    return { member, answer: "unknown", why: this.#objections.get(index) ?? "no answer in time" };
  }

  /** The members that lost this lease, each once. */
  takeMissing(): readonly Seat[] {
    const missing = this.#missing;
    this.#missing = [];
    return missing;
  }
}

function largestToken(renewed: readonly Renewed[]): bigint | undefined {
  let largest: bigint | undefined;
  for (const { fencingToken } of renewed) {
    if (fencingToken !== undefined && (largest ?? -1n) < fencingToken) largest = fencingToken;
  }
  return largest;
}
