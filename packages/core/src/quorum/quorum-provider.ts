import type { Clock, Timer } from "../clock.ts";
import { LockError } from "../lock-error.ts";
import type {
  AcquireRequest,
  BreakTarget,
  Capabilities,
  Claim,
  EnqueueRequest,
  FencedProvider,
  Finding,
  Grant,
  LockProvider,
  LockState,
  Loss,
  Membership,
  Refusal,
  ReleaseOutcome,
  ReleaseRequest,
  RenewOutcome,
  RenewRequest,
  UnfencedProvider,
} from "../provider.ts";
import type { ElectionHost } from "./candidacy.ts";
import { ClockOffsets } from "./clock-offsets.ts";
import { Contention } from "./contention.ts";
import { Election } from "./election.ts";
import { type Hold, Holds, newSeats } from "./hold.ts";
import { Proposals } from "./proposals.ts";
import { QuorumLosses } from "./quorum-losses.ts";
import { QuorumMember } from "./quorum-member.ts";
import { type QuorumOptions, type QuorumSettings, resolveQuorum } from "./quorum-options.ts";
import { breakEverywhere, examineMembers, inspectMembers, pingMembers } from "./quorum-queries.ts";
import { releaseEverywhere } from "./release-round.ts";
import { RenewalRound } from "./renewal-round.ts";
import { repair } from "./repair.ts";
import { Turns } from "./turns.ts";

/** How long closing waits for members to answer what is still in doubt. */
const DRAIN_MS = 1_000;
/** How long the first vote waits for members to be joined. */
const MEET_MS = 1_000;
/** How long it waits for the last of them once a majority has been joined. */
const LAST_MEET_MS = 50;
const TOKEN = /^\d{1,20}$/;

class QuorumProvider implements LockProvider, ElectionHost {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly settings: QuorumSettings;
  readonly majority: number;
  readonly offsets: ClockOffsets;
  readonly onLoss?: (listener: (loss: Loss) => void) => Disposable;
  readonly enqueue?: (request: EnqueueRequest) => Promise<Grant | Refusal>;
  readonly #members: readonly QuorumMember[];
  readonly #proposals: Proposals;
  readonly #contention: Contention;
  readonly #turns: Turns;
  readonly #holds = new Holds();
  readonly #losses: QuorumLosses;
  #closing: Promise<void> | undefined;

  constructor(providers: readonly LockProvider[], settings: QuorumSettings) {
    const { name, clock, elapsed, membership } = settings;
    this.name = name;
    this.clock = clock;
    this.settings = settings;
    this.capabilities = capabilitiesOf(providers, settings);
    this.majority = Math.floor(providers.length / 2) + 1;
    this.#members = providers.map((provider, index) => new QuorumMember(index, provider, settings));
    this.offsets = new ClockOffsets(elapsed, providers.length, clockLimitMs(membership));
    this.#contention = new Contention(elapsed);
    this.#proposals = new Proposals(clock, this.offsets);
    this.#turns = new Turns(settings);
    this.#losses = new QuorumLosses(this.#members, this.#holds, this.majority);
    if (providers.some((provider) => provider.onLoss !== undefined)) {
      this.onLoss = (listener) => this.#losses.add(listener);
    }
    if (providers.some((provider) => provider.turns !== undefined)) {
      this.enqueue = (request) => this.#askInTurn(request);
    }
  }

  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    return await this.#elect(request, false);
  }

  /** `isOnlyOne`: it has the turn, so whoever has a member is leaving it. */
  async #elect(request: AcquireRequest, isOnlyOne: boolean): Promise<Grant | Refusal> {
    const { name: lockName, holderId, mode, signal, ttlMs } = request;
    this.#assertOpen(lockName);
    if (mode !== "exclusive") {
      throw new LockError("UNSUPPORTED", `${this.name} has no mode ${String(mode)}`, { lockName });
    }
    if (signal?.aborted) {
      const cause: unknown = signal.reason;
      throw new LockError("ABORTED", "the signal given has aborted", { lockName, cause });
    }
    const hold = this.#holds.get(holderId) ?? newHold(request, newSeats(this.#members, 0));
    this.#keep(hold, 2 * ttlMs);
    const proposal = this.settings.fencing ? this.#proposals.next() : undefined;
    const asked = proposal === undefined ? request : { ...request, proposal };
    if (!this.#isMet) await this.#meet(signal);
    const order = this.#contention.order(lockName, this.#members);
    const candidacy = isOnlyOne ? { hold, isLed: true } : { hold, order };
    const answer = await new Election(this, asked, candidacy).run();
    if (!answer.granted) {
      if (!hold.isWon) this.#holds.delete(holderId);
      if (answer.why === "held") this.#contention.seen(lockName, ttlMs);
    } else if (answer.fencingToken !== undefined) this.#proposals.seen(answer.fencingToken);
    return answer;
  }

  /**
   * An attempt of whoever has the turn for the name. Refused by a holder it keeps the turn for the next attempt with
   * the same signal; after anything else another may have a better way to the members.
   */
  async #askInTurn(request: EnqueueRequest): Promise<Grant | Refusal> {
    const { name, holderId, signal } = request;
    this.#assertOpen(name);
    if (!this.#isMet) await this.#meet(signal);
    const leads = this.#contention.leads(name, this.#members);
    const taken = await this.#turns.take(
      request,
      leads.flatMap((index) => this.#members[index] ?? []),
    );
    if (taken === undefined) return await this.#elect(request, false);
    const { turn, isNew } = taken;
    try {
      const answer = await this.#elect(request, isNew);
      if (answer.granted) {
        this.#turns.hold(turn, holderId);
        return isNew && turn.isAtOnce ? { ...answer, isAtOnce: true } : answer;
      }
      if (answer.why === "held") this.#turns.keep(turn, signal);
      else turn.give();
      return answer;
    } catch (error) {
      turn.give();
      throw error;
    }
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    if (requests.length === 0) return [];
    if (this.#closing !== undefined) {
      return requests.map(() => ({ status: "unknown", cause: this.#closed() }));
    }
    if (!this.#isMet) await this.#meet(undefined);
    const leases = requests.map((request) => ({ request, hold: this.#holdOf(request) }));
    const round = new RenewalRound(this, leases, (lease, seat) => void repair(lease, seat));
    return await round.run();
  }

  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const hold = this.#holdOf(request);
    hold.isReleased = true;
    hold.release ??= this.#release(hold, request);
    // Behind the release on the lead's connection: the next finds it free there.
    this.#turns.released(request.holderId);
    return hold.release;
  }

  inspect(name: string): Promise<LockState> {
    return inspectMembers(this, this.#members, name);
  }

  breakLock(name: string, target: BreakTarget): Promise<boolean> {
    return breakEverywhere(this, this.#members, { name, target });
  }

  ping(): Promise<void> {
    return pingMembers(this, this.#members);
  }

  doctor(): Promise<readonly Finding[]> {
    return examineMembers(this, this.#members);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** A majority has been joined. */
  get #isMet(): boolean {
    let joinedCount = 0;
    for (const { joined } of this.#members) if (joined !== undefined) joinedCount += 1;
    return joinedCount >= this.majority;
  }

  /**
   * Joins the members: until all have answered, or a majority has and the others had a moment more.
   * Connecting takes longer than a vote, so no vote is counted from before; and two members that are one
   * server are seen before either has one.
   */
  #meet(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      let pendingCount = this.#members.length;
      const end = (): void => {
        timer.cancel();
        patience?.cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = this.clock.setTimer(MEET_MS, end);
      let patience: Timer | undefined;
      signal?.addEventListener("abort", end);
      const settle = (): void => {
        pendingCount -= 1;
        if (pendingCount === 0) end();
        else if (this.#isMet) patience ??= this.clock.setTimer(LAST_MEET_MS, end);
      };
      for (const member of this.#members) member.join().then(settle, settle);
    });
  }

  async #release(hold: Hold, request: ReleaseRequest): Promise<ReleaseOutcome> {
    const outcome = await releaseEverywhere(hold, request, this.majority);
    // Whoever asks again after an unknown outcome asks all members again.
    if (outcome === "unknown") hold.release = undefined;
    else this.#holds.delete(request.holderId);
    return outcome;
  }

  /** The hold of a claim; for one that another process took, all members may have it. */
  #holdOf(request: RenewRequest | ReleaseRequest): Hold {
    const known = this.#holds.get(request.holderId);
    if (known !== undefined) {
      this.#keep(known, 2 * request.ttlMs);
      return known;
    }
    const hold = newHold(request, newSeats(this.#members, 1));
    if (request.state !== undefined && TOKEN.test(request.state))
      hold.token = BigInt(request.state);
    this.#keep(hold, 2 * request.ttlMs);
    return hold;
  }

  #keep(hold: Hold, lifeMs: number): void {
    const nowMs = this.settings.elapsed.nowMs();
    hold.endsAtMs = nowMs + lifeMs;
    this.#holds.keep(hold, nowMs);
  }

  /** Gives what is in doubt a moment to be answered, then ends every member. */
  async #close(): Promise<void> {
    this.#turns.close();
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimer(DRAIN_MS, resolve);
      void Promise.all(this.#members.map((member) => member.drained())).then(() => {
        timer.cancel();
        resolve();
      });
    });
    this.#losses.close();
    await Promise.allSettled(this.#members.map((member) => member.close()));
  }

  #assertOpen(lockName: string): void {
    if (this.#closing !== undefined) throw this.#closed(lockName);
  }

  #closed(lockName?: string): LockError {
    return new LockError("PROVIDER_CLOSED", `${this.name}: the provider is closed`, { lockName });
  }
}

/**
 * How far two members of one quorum may be apart. After its guard, or after it forgot a fence, a member's time
 * must have passed every token minted before: those may be ahead of it by the distance of the clocks and
 * by the slack of two proposals.
 */
function clockLimitMs({ restartGuardMs, fenceTtlMs, proposalSlackMs }: Membership): number {
  const forgetsAfterMs = restartGuardMs === 0 ? fenceTtlMs : Math.min(restartGuardMs, fenceTtlMs);
  return forgetsAfterMs - 2 * proposalSlackMs;
}

function newHold({ name, holderId }: Claim, seats: Hold["seats"]): Hold {
  const isNothing = { isWon: false, isReleased: false, release: undefined };
  return { name, holderId, seats, token: undefined, endsAtMs: 0, ...isNothing };
}

function capabilitiesOf(
  providers: readonly LockProvider[],
  { fencing, ttlMsMax }: QuorumSettings,
): Capabilities {
  const all = providers.map(({ capabilities }) => capabilities);
  return {
    fencing: fencing ? "monotonic" : "none",
    endsBy: all.every(({ endsBy }) => endsBy === "session") ? "session" : "ttl",
    waiting: "poll",
    fair: false,
    ttlMsMin: Math.max(...all.map(({ ttlMsMin }) => ttlMsMin)),
    ttlMsMax,
    ttlResolutionMs: Math.max(...all.map(({ ttlResolutionMs }) => ttlResolutionMs)),
    transferable: fencing && all.every(({ transferable }) => transferable),
    scope: all.some(({ scope }) => scope === "network") ? "network" : "process",
    exclusion: "exclusive",
    modes: ["exclusive"],
  };
}

/**
 * One lock over several independent servers: held by whoever has the votes of more than half of them, so
 * that a minority of them may be down, hung or cut off. Itself a provider; Redlock is a quorum of Redis
 * providers. The members belong to the quorum from here on and are disposed with it.
 *
 * One member or an even number is allowed and warned of: neither survives more failures than one member
 * fewer. Throws TypeError or RangeError for members or options that cannot be right. What only the servers
 * can tell (two members that are one server, a quorum configured otherwise) rejects the first acquire with
 * `CONFIG_INVALID`.
 */
export function quorum(
  members: readonly LockProvider[],
  options: QuorumOptions & { readonly fencing: false },
): UnfencedProvider;
export function quorum(
  members: readonly LockProvider[],
  options?: QuorumOptions & { readonly fencing?: true },
): FencedProvider;
export function quorum(
  members: readonly LockProvider[],
  options: QuorumOptions = {},
): LockProvider {
  const settings = resolveQuorum(members, options);
  warnOfCount(members.length, settings.name);
  return new QuorumProvider(members, settings);
}

function warnOfCount(count: number, name: string): void {
  if (count % 2 === 1 && count > 1) return;
  const words =
    count === 1
      ? "one member tolerates no failure: use its provider directly, or three members"
      : `${count} members tolerate as many failures as ${count - 1}: use an odd number`;
  process.emitWarning(`${name}: ${words}`, {
    type: "HoldfastWarning",
    code: "HOLDFAST_QUORUM_SIZE",
  });
}
