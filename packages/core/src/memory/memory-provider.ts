import { type Clock, systemClock, type Timer } from "../clock.ts";
import { hash } from "../hash.ts";
import { LockError } from "../lock-error.ts";
import type {
  AcquireRequest,
  BreakTarget,
  Capabilities,
  EnqueueRequest,
  FencedProvider,
  Grant,
  LockState,
  Loss,
  Member,
  Membership,
  Refusal,
  ReleaseOutcome,
  ReleaseRequest,
  RenewOutcome,
  RenewRequest,
  Reply,
} from "../provider.ts";
import { checkKeys } from "../validation.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { Tombstones } from "./tombstones.ts";

/** What `memory` takes. */
export interface MemoryOptions {
  /** Default the system's. With `manualClock()` a test of expiry takes no time. */
  readonly clock?: Clock;
}

/** One name's holder, present or past. Times are monotonic. */
interface Held {
  holderId: string;
  token: bigint;
  grantedAtMs: number;
  description: string | undefined;
  /** Negative infinity once released. */
  expiresAtMs: number;
}

const CAPABILITIES = {
  fencing: "monotonic",
  endsBy: "ttl",
  waiting: "queue",
  fair: true,
  ttlMsMin: 10,
  ttlMsMax: 365 * 24 * 3600 * 1000,
  ttlResolutionMs: 1,
  transferable: true,
  scope: "process",
  exclusion: "exclusive",
  modes: ["exclusive"],
} as const satisfies Capabilities;

/** Below so many names nothing is swept: keeping a past holder costs less than making the next. */
const NAMES_KEPT_MIN = 1_024;

/** Tells the providers of this process apart. */
let providersMade = 0;

/** Exact lock semantics in a Map: the reference for what a provider does. */
class MemoryProvider implements FencedProvider {
  readonly name = "memory";
  readonly capabilities: typeof CAPABILITIES = CAPABILITIES;
  readonly clock: Clock;
  readonly #identity: string = `memory ${++providersMade}`;
  readonly #held = new Map<string, Held>();
  readonly #queues = new Map<string, MemoryQueue>();
  readonly #lossListeners = new Set<(loss: Loss) => void>();
  /** One counter for all names: it rises for each of them, and nothing is kept per name. */
  #fence = 0n;
  /** No token of a name that was swept is larger. */
  #forgotten = 0n;
  #sweepAt = NAMES_KEPT_MIN;
  #membership: Membership | undefined;
  readonly #tombstones = new Tombstones();
  #isClosed = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  tryAcquire(request: AcquireRequest): Reply<Grant | Refusal> {
    const error = this.#unusable(request);
    return error === undefined ? this.#attempt(request) : Promise.reject(error);
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    return requests.map((request) => this.#renewOne(request));
  }

  release({ name, holderId, ttlMs, inDoubt }: ReleaseRequest): Reply<ReleaseOutcome> {
    if (inDoubt) this.#tombstones.add(holderId, ttlMs, this.clock.monotonicMs());
    this.#queues.get(name)?.remove(holderId);
    const present = this.#present(name);
    if (present?.holderId !== holderId) return "absent";
    present.expiresAtMs = Number.NEGATIVE_INFINITY;
    this.#next(name);
    return "released";
  }

  async enqueue(request: EnqueueRequest): Promise<Grant> {
    const error = this.#unusable(request);
    if (error !== undefined) throw error;
    const answer = this.#attempt(request);
    if (answer.granted) return answer;
    let queue = this.#queues.get(request.name);
    if (queue === undefined) {
      queue = new MemoryQueue();
      this.#queues.set(request.name, queue);
    }
    const grant = queue.join(request, () => this.#forget(request.name));
    this.#watchExpiry(request.name);
    return grant;
  }

  /** One quorum at a time, and for ever: nothing that this provider knows is ever lost. */
  async asMember(membership: Membership): Promise<Member> {
    if (this.#isClosed) throw closed();
    this.#membership ??= membership;
    if (this.#membership.fingerprint !== membership.fingerprint) throw configuredOtherwise();
    return { identity: this.#identity, provider: this };
  }

  onLoss(listener: (loss: Loss) => void): Disposable {
    this.#lossListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#lossListeners.delete(listener) };
  }

  async inspect(name: string): Promise<LockState> {
    const held = this.#present(name);
    const waiters = this.#queues.get(name)?.size ?? 0;
    if (held === undefined) return { name, held: false, waiters };
    const nowMs = this.clock.monotonicMs();
    return {
      name,
      held: true,
      fencingToken: held.token,
      incarnation: incarnationOf(held),
      sinceMs: this.clock.wallMs() - (nowMs - held.grantedAtMs),
      remainingMs: held.expiresAtMs - nowMs,
      waiters,
      ...(held.description === undefined ? {} : { description: held.description }),
    };
  }

  async breakLock(name: string, { incarnation }: BreakTarget): Promise<boolean> {
    const held = this.#present(name);
    if (held === undefined) return false;
    if (incarnation !== "any" && incarnation !== incarnationOf(held)) return false;
    held.expiresAtMs = Number.NEGATIVE_INFINITY;
    const loss: Loss = { name, holderId: held.holderId, why: "broken by an operator" };
    this.#next(name);
    for (const listener of this.#lossListeners) listener(loss);
    return true;
  }

  async ping(): Promise<void> {
    if (this.#isClosed) throw closed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#queues.values()) queue.close(closed());
    this.#queues.clear();
    this.#held.clear();
    this.#lossListeners.clear();
  }

  #unusable({ mode, signal, holderId, name: lockName }: AcquireRequest): LockError | undefined {
    if (this.#isClosed) return closed();
    if (mode !== "exclusive") {
      return new LockError("UNSUPPORTED", `memory has no mode ${String(mode)}`, { lockName });
    }
    if (this.#tombstones.has(holderId)) {
      return new LockError("ABORTED", "this attempt was given up before", { lockName });
    }
    if (!signal?.aborted) return undefined;
    return new LockError("ABORTED", "the signal given has aborted", { lockName });
  }

  /** A newcomer does not pass those that wait, not even between an expiry and its timer. */
  #attempt(request: AcquireRequest): Grant | Refusal {
    if (this.#queues.size > 0 && this.#present(request.name) === undefined) {
      this.#next(request.name);
    }
    const present = this.#present(request.name);
    if (present === undefined) {
      return this.#isOvertaken(request) ? { granted: false, why: "held" } : this.#grant(request);
    }
    if (present.holderId === request.holderId) return this.#repeat(request, present);
    const retryAfterMs = present.expiresAtMs - this.clock.monotonicMs();
    return { granted: false, why: "held", retryAfterMs };
  }

  /** The holder, unless it released or its ttl has passed. */
  #present(name: string): Held | undefined {
    const held = this.#held.get(name);
    if (held === undefined || held.expiresAtMs === Number.NEGATIVE_INFINITY) return undefined;
    return this.clock.monotonicMs() < held.expiresAtMs ? held : undefined;
  }

  #grant(request: AcquireRequest): Grant {
    const { name, holderId, ttlMs, description } = request;
    const sentAtMs = this.clock.monotonicMs();
    const past = this.#held.get(name);
    const token = request.restore ?? this.#mint(past, request.proposal);
    if (past === undefined) {
      if (this.#held.size >= this.#sweepAt) this.#sweep(sentAtMs);
      const expiresAtMs = sentAtMs + ttlMs;
      this.#held.set(name, { holderId, token, grantedAtMs: sentAtMs, description, expiresAtMs });
    } else {
      past.holderId = holderId;
      past.token = token;
      past.grantedAtMs = sentAtMs;
      past.description = description;
      past.expiresAtMs = sentAtMs + ttlMs;
    }
    return { granted: true, name, holderId, ttlMs, fencingToken: token, sentAtMs, validMs: ttlMs };
  }

  /** A lease to be put back after a larger token was given out has had a successor. */
  #isOvertaken({ name, restore }: AcquireRequest): boolean {
    if (restore === undefined) return false;
    return (this.#held.get(name)?.token ?? this.#forgotten) > restore;
  }

  /** One counter for all names; for a quorum one for each name, which follows its proposals. */
  #mint(past: Held | undefined, proposal: bigint | undefined): bigint {
    if (proposal === undefined) return ++this.#fence;
    const slackUs = BigInt(this.#membership?.proposalSlackMs ?? 0) * 1_000n;
    const nowUs = BigInt(Math.trunc(this.clock.wallMs() * 1_000));
    const proposed = largest(smallest(proposal, nowUs + slackUs), nowUs - slackUs);
    const token = largest((past?.token ?? this.#forgotten) + 1n, proposed);
    this.#fence = largest(this.#fence, token);
    return token;
  }

  /** A copy of a granted request: the same token, and the ttl anew, as its caller counts it. */
  #repeat({ name, holderId, ttlMs }: AcquireRequest, held: Held): Grant {
    const sentAtMs = this.clock.monotonicMs();
    held.expiresAtMs = sentAtMs + ttlMs;
    return {
      granted: true,
      name,
      holderId,
      ttlMs,
      fencingToken: held.token,
      sentAtMs,
      validMs: ttlMs,
    };
  }

  #renewOne({ name, holderId, ttlMs, raiseFenceTo }: RenewRequest): RenewOutcome {
    if (this.#isClosed) return { status: "unknown", cause: closed() };
    const held = this.#present(name);
    if (held?.holderId !== holderId) return { status: "lost", why: "not held any more" };
    const sentAtMs = this.clock.monotonicMs();
    held.expiresAtMs = sentAtMs + ttlMs;
    if (raiseFenceTo !== undefined) {
      held.token = largest(held.token, raiseFenceTo);
      this.#fence = largest(this.#fence, held.token);
    }
    return { status: "renewed", sentAtMs, validMs: ttlMs, fencingToken: held.token };
  }

  /** Hands a free lock to the first that waits. */
  #next(name: string): void {
    const queue = this.#queues.get(name);
    const first = queue?.first;
    if (queue === undefined || first === undefined) return;
    queue.serve(first.holderId, this.#grant(first));
    this.#watchExpiry(name);
  }

  /** While somebody waits, a timer looks after a holder that never releases. */
  #watchExpiry(name: string): void {
    const queue = this.#queues.get(name);
    if (queue === undefined) return;
    if (queue.size === 0) {
      this.#forget(name);
      return;
    }
    const held = this.#present(name);
    const delayMs = held === undefined ? 0 : held.expiresAtMs - this.clock.monotonicMs();
    const timer: Timer = this.clock.setTimer(Math.max(0, Math.ceil(delayMs)), () => {
      if (this.#present(name) === undefined) this.#next(name);
      else this.#watchExpiry(name);
    });
    queue.watch(timer);
  }

  #forget(name: string): void {
    const queue = this.#queues.get(name);
    if (queue === undefined || queue.size > 0) return;
    queue.watch(undefined);
    this.#queues.delete(name);
  }

  /** Forgets past holders: as many as are present, or a thousand, may be there in between. */
  #sweep(nowMs: number): void {
    for (const [name, held] of this.#held) {
      if (held.expiresAtMs > nowMs) continue;
      this.#forgotten = largest(this.#forgotten, held.token);
      this.#held.delete(name);
    }
    this.#sweepAt = Math.max(NAMES_KEPT_MIN, 2 * this.#held.size);
  }
}

function largest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smallest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/**
 * Names one holding and stays the same when its token is raised. It proves nothing: 64 bits do not tell the
 * 132 of a holderId.
 */
function incarnationOf({ holderId }: Held): string {
  return [holderId, `${holderId}:`]
    .map((text) => hash(text).toString(16).padStart(8, "0"))
    .join("");
}

function configuredOtherwise(): LockError {
  return new LockError(
    "CONFIG_INVALID",
    "this memory provider is a member of a quorum that is configured otherwise",
  );
}

function closed(): LockError {
  return new LockError("PROVIDER_CLOSED", "this memory provider was disposed");
}

/**
 * Locks inside one process: exact semantics, fair, with fencing tokens that rise while the provider
 * lives. For tests, for programs of a single process, and as the reference to read first. Two calls
 * give two separate sets of locks.
 */
export function memory(options: MemoryOptions = {}): FencedProvider {
  checkKeys(options, "memory(options)", ["clock"]);
  return new MemoryProvider(options.clock ?? systemClock);
}
