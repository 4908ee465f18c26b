import type { Journal } from "./journal.ts";
import type { Answer, LockRequest, LockServer } from "./lock-server.ts";
import type { Network } from "./network.ts";
import type { Process } from "./process.ts";

/** What a client is made of. */
export interface ClientParts {
  readonly process: Process;
  readonly members: readonly LockServer[];
  readonly network: Network;
  readonly journal: Journal;
  readonly ttlMs: number;
}

/** A grant as its holder sees it. */
export interface Lease {
  readonly hold: string;
  readonly holder: string;
  readonly name: string;
  readonly process: Process;
  readonly token: bigint;
  /** By the process's monotonic clock. */
  deadlineMs: number;
  state: "held" | "lost" | "released";
}

/** A member's answer; undefined when there was none in time. */
type Votes<Reply> = readonly (Reply | undefined)[];

const ATTEMPT_MS = 60;
const RETRY_MS = 40;
const POLL_MS = 200;
const MARGIN_MS = 5;
const DRIFT_MS = 2;

/**
 * A correct client of one server, or of several as a quorum: attempts with a new holder each, which are
 * made good when their outcome is unknown; validity by the monotonic clock from the first send, less
 * drift and margin; renewal; a loss that is told by the deadline without the network.
 */
export class LockClient {
  readonly process: Process;
  readonly members: readonly LockServer[];
  readonly journal: Journal;
  readonly ttlMs: number;
  readonly #network: Network;
  /** For each hold, the attempts that may still have to be made good. */
  readonly #doubts = new Map<string, Promise<boolean>[]>();
  /** Ends the pause of a waiter. */
  readonly #hints = new Map<string, () => void>();
  /** Waiters that got a hint since their last attempt began. */
  readonly #hinted = new Set<string>();

  constructor({ process, members, network, journal, ttlMs }: ClientParts) {
    this.process = process;
    this.members = members;
    this.journal = journal;
    this.ttlMs = ttlMs;
    this.#network = network;
  }

  get quorum(): number {
    return Math.floor(this.members.length / 2) + 1;
  }

  /** How many members have to renew. */
  protected get renewQuorum(): number {
    return this.quorum;
  }

  /** What its deadlines are counted on. */
  protected nowMs(): number {
    return this.process.monotonicMs();
  }

  /** Until when the lease says that it is valid. */
  protected validUntilNs({ deadlineMs }: Lease): number {
    return this.process.trueNs(this.process.monotonicMs() + deadlineMs - this.nowMs());
  }

  /** Whether a quorum has become impossible. */
  protected isNo(count: number): boolean {
    return count > this.members.length - this.quorum;
  }

  /** Waits for the lock; undefined when `waitMs` passed first. */
  async acquire(name: string, hold: string, waitMs: number): Promise<Lease | undefined> {
    const { process } = this;
    const caller = { process, hold, name };
    const untilMs = process.monotonicMs() + waitMs;
    this.journal.note(caller, "acquire invoke", { ttlMs: this.ttlMs });
    for (let count = 1; ; count += 1) {
      const request = this.request(name, hold, `${hold}.${count}`);
      const lease = await this.attempt(request);
      if (lease !== undefined) {
        const validUntilNs = this.validUntilNs(lease);
        this.journal.note(caller, "acquire ok", { token: `${lease.token}`, validUntilNs });
        this.keep(lease);
        return lease;
      }
      const leftMs = untilMs - process.monotonicMs();
      if (leftMs <= 0) break;
      await this.turn(request, leftMs);
    }
    await this.giveUp(caller);
    return undefined;
  }

  request(name: string, waiter: string, holder: string): LockRequest {
    const proposal = BigInt(Math.floor(this.process.wallMs() * 1_000));
    const hint = (): void => {
      this.#hinted.add(waiter);
      this.#hints.get(waiter)?.();
    };
    const { ttlMs, process: from } = this;
    return { name, holder, ttlMs, proposal, waiter, joins: this.members.length === 1, from, hint };
  }

  /** One try at all members; a quorum that does not come about is given back. */
  protected async attempt(request: LockRequest): Promise<Lease | undefined> {
    const sentMs = this.nowMs();
    this.#hinted.delete(request.waiter);
    const votes = await this.ask(
      (member) => member.acquire(request),
      ({ granted }) => granted,
    );
    const tokens = votes.flatMap((vote) => (vote?.granted === true ? [vote.token] : []));
    const token = tokens.reduce(largerOf, 0n);
    const isTaken = tokens.length >= this.quorum && (await this.agreed(request, votes, token));
    const deadlineMs = this.deadlineOf(sentMs);
    if (isTaken && this.nowMs() < deadlineMs) return this.lease(request, token, deadlineMs);
    this.noteInLine(request, votes);
    this.giveBack(request, votes);
    return undefined;
  }

  /** Where the members said different tokens, the largest is written to a quorum before it counts. */
  protected async agreed(
    request: LockRequest,
    votes: Votes<Answer>,
    token: bigint,
  ): Promise<boolean> {
    const tokens = votes.flatMap((vote) => (vote?.granted === true ? [vote.token] : []));
    if (tokens.every((other) => other === token)) return true;
    const raised = await this.ask(
      (member) => member.renew(request, token),
      (isMine) => isMine,
    );
    return raised.filter((isMine) => isMine === true).length >= this.quorum;
  }

  protected lease({ name, waiter, holder }: LockRequest, token: bigint, deadlineMs: number): Lease {
    const { process } = this;
    return { hold: waiter, holder, name, process, token, deadlineMs, state: "held" };
  }

  /** By the monotonic clock, from before the request left, less what the clocks may differ by. */
  protected deadlineOf(sentMs: number): number {
    return sentMs + this.ttlMs * 0.99 - DRIFT_MS - MARGIN_MS;
  }

  /** Everybody who may have granted is told that nobody wants it; a refusal leaves nothing. */
  protected giveBack(request: LockRequest, votes: Votes<Answer>): void {
    const doubtful = this.members.filter((_, index) => votes[index]?.granted !== false);
    if (doubtful.length > 0) this.makeGood(request, doubtful);
  }

  /** Repeats the release until every one of these members has answered. */
  protected makeGood(request: LockRequest, members: readonly LockServer[]): void {
    const doubts = this.#doubts.get(request.waiter) ?? [];
    this.#doubts.set(request.waiter, doubts);
    const all = members.map(async (member): Promise<boolean> => {
      for (;;) {
        const answer = await this.askOne(member, () => member.release(request));
        if (answer !== undefined) return answer;
        await this.process.sleep(RETRY_MS);
      }
    });
    const isQuorum = (answers: readonly boolean[]): boolean =>
      answers.filter((wasOurs) => wasOurs).length >= this.quorum;
    doubts.push(Promise.all(all).then(isQuorum));
  }

  /** Until it may be its turn, or until it is time to look again. */
  protected turn(request: LockRequest, leftMs: number): Promise<void> {
    const pauseMs = request.joins ? POLL_MS : this.process.world.between(10, 80);
    return this.hint(request, Math.min(pauseMs, leftMs));
  }

  /** Until a hint came since the last attempt began, at most so long. */
  protected async hint({ waiter }: LockRequest, waitMsMax: number): Promise<void> {
    if (this.#hinted.has(waiter)) return;
    await new Promise<void>((resolve) => {
      this.#hints.set(waiter, resolve);
      this.process.after(waitMsMax, resolve);
    });
    this.#hints.delete(waiter);
  }

  /** The wait is over: what is in doubt is made good, and until then the outcome is unknown. */
  protected async giveUp(caller: {
    readonly process: Process;
    readonly hold: string;
    readonly name: string;
  }): Promise<void> {
    const { hold, name } = caller;
    const [lead] = this.members;
    if (this.members.length === 1 && lead !== undefined) {
      await this.askOne(lead, () => lead.leave(name, hold) ?? true);
    }
    const doubts = this.#doubts.get(hold) ?? [];
    const settled = Promise.all(doubts);
    const isSettled = await Promise.race([settled.then(() => true), this.process.sleep(0)]);
    this.journal.note(caller, isSettled === true ? "acquire fail" : "acquire unknown");
    if (isSettled === true) return;
    this.journal.note(caller, "release invoke");
    const wasOurs = (await settled).includes(true);
    this.journal.note(caller, wasOurs ? "release ok" : "release fail");
  }

  /** Renews in time and tells the loss in time, until the lease is over. */
  protected keep(lease: Lease): void {
    this.watch(lease);
    this.process.after(this.ttlMs / 3, () => void this.renewal(lease));
  }

  protected watch(lease: Lease): void {
    this.process.after(lease.deadlineMs - this.nowMs(), () => this.look(lease));
  }

  protected look(lease: Lease): void {
    if (lease.state !== "held") return;
    if (this.nowMs() >= lease.deadlineMs) this.lose(lease);
    else this.watch(lease);
  }

  protected async renewal(lease: Lease): Promise<void> {
    if (lease.state !== "held") return;
    if (this.nowMs() >= lease.deadlineMs) {
      this.lose(lease);
      return;
    }
    const outcome = await this.renew(lease);
    if (outcome === "refused") this.lose(lease);
    const pauseMs = outcome === "renewed" ? this.ttlMs / 3 : RETRY_MS;
    this.process.after(pauseMs, () => void this.renewal(lease));
  }

  async renew(lease: Lease): Promise<"renewed" | "refused" | "unknown"> {
    const { journal } = this;
    const sentMs = this.nowMs();
    const request = this.request(lease.name, lease.hold, lease.holder);
    journal.note(lease, "renew invoke");
    const votes = await this.ask(
      (member) => this.renewAt(member, request, lease.token),
      (isMine) => isMine,
    );
    if (votes.filter((isMine) => isMine === true).length >= this.renewQuorum) {
      if (lease.state === "held") lease.deadlineMs = this.deadlineOf(sentMs);
      journal.note(lease, "renew ok", { validUntilNs: this.validUntilNs(lease) });
      return "renewed";
    }
    const isRefused = this.isNo(votes.filter((isMine) => isMine === false).length);
    journal.note(lease, isRefused ? "renew fail" : "renew unknown");
    return isRefused ? "refused" : "unknown";
  }

  protected renewAt(member: LockServer, request: LockRequest, token: bigint): boolean {
    return member.renew(request, token);
  }

  lose(lease: Lease): void {
    if (lease.state !== "held") return;
    lease.state = "lost";
    this.journal.note(lease, "lost ok");
  }

  async release(lease: Lease): Promise<void> {
    const request = this.request(lease.name, lease.hold, lease.holder);
    lease.state = lease.state === "held" ? "released" : lease.state;
    this.journal.note(lease, "release invoke");
    const votes = await this.ask(
      (member) => this.releaseAt(member, request),
      (wasMine) => wasMine,
    );
    const count = (reply: boolean): number => votes.filter((vote) => vote === reply).length;
    if (count(true) >= this.quorum) this.journal.note(lease, "release ok");
    else this.journal.note(lease, this.isNo(count(false)) ? "release fail" : "release unknown");
    const silent = this.members.filter((_, index) => votes[index] === undefined);
    if (silent.length > 0) this.makeGood(request, silent);
  }

  protected releaseAt(member: LockServer, request: LockRequest): boolean {
    return member.release(request);
  }

  /** Resolves with what all said, or as soon as a quorum said yes or cannot do so any more. */
  protected ask<Reply>(
    question: (member: LockServer) => Reply,
    isYes: (reply: Reply) => boolean,
  ): Promise<Votes<Reply>> {
    const votes: (Reply | undefined)[] = this.members.map(() => undefined);
    return new Promise((resolve) => {
      let [yes, no] = [0, 0];
      for (const [index, member] of this.members.entries()) {
        void this.askOne(member, () => question(member)).then((reply) => {
          votes[index] = reply;
          if (reply !== undefined && isYes(reply)) yes += 1;
          else no += 1;
          if (yes >= this.quorum || this.isNo(no)) resolve([...votes]);
        });
      }
    });
  }

  /** Undefined when there was no answer within the time of an attempt. */
  protected askOne<Reply>(member: LockServer, question: () => Reply): Promise<Reply | undefined> {
    const limit = this.process.sleep(ATTEMPT_MS).then(() => undefined);
    return Promise.race([this.exchange(member, question), limit]);
  }

  protected exchange<Reply>(member: LockServer, question: () => Reply): Promise<Reply> {
    const [here, there] = [this.process, member.process];
    return new Promise((resolve) => {
      this.#network.send(here, there, () => {
        const reply = question();
        this.#network.send(there, here, () => resolve(reply));
      });
    });
  }

  protected noteInLine({ waiter, name }: LockRequest, votes: Votes<Answer>): void {
    const [vote] = votes;
    if (this.members.length > 1 || vote?.granted !== false || vote.why !== "held") return;
    this.journal.note({ process: this.process, hold: waiter, name }, "wait ok");
  }
}

function largerOf(one: bigint, other: bigint): bigint {
  return one < other ? other : one;
}
