import type { Clock } from "./clock.ts";
import type { Outcome } from "./lock-error.ts";

/**
 * The interface a lock service implements to be used by Holdfast.
 *
 * A provider makes **single attempts**. Waiting, retrying, renewing on time, deadlines and abort are
 * core's, once, for every backend. Four members are required (`tryAcquire`, `renew`, `release` and
 * disposal); the optional ones are upgrades that core uses where they exist. Core validates every
 * argument before a provider sees it, so a provider receives clean input.
 *
 * Three words recur. A member **grants**, **refuses** (another holder has it, which is a result and
 * never an error) or **faults** (no usable answer: the promise rejects with a `LockError` whose
 * `outcome` says whether the request may have taken effect).
 */

/**
 * An answer, now or later. A backend inside the process answers at once, and then no promise is
 * spent; every other provider simply has `async` methods. Failing is always a rejected promise.
 */
export type Reply<Value> = Value | Promise<Value>;

/** The kinds of lock a caller may ask for. Reserved: only exclusive locks exist today. */
export type LockMode = "exclusive";

/**
 * What identifies one acquisition. `holderId` is new for every attempt and is the proof of holding:
 * it is a secret, at most 64 ASCII letters, digits, `-` and `_`, and never appears in an error, an
 * event or a {@link LockState}. `name` is 1 to 320 bytes of UTF-8 without control characters (255
 * from a caller, the rest for prefixes). `ttlMs` is the ttl wanted: a whole number of milliseconds
 * inside the provider's own capabilities.
 */
export interface Claim {
  readonly name: string;
  readonly holderId: string;
  readonly ttlMs: number;
}

/** One attempt to take a lock. A copy of one request repeats it; it never asks anew. */
export interface AcquireRequest extends Claim {
  /** A provider refuses what it does not know with `UNSUPPORTED`. */
  readonly mode: LockMode;
  /** False when core will never renew this grant: a shared session or lease must then not carry it. */
  readonly renewable: boolean;
  /** Quorum round one: the token the client proposes, clamped by the member to its own time. */
  readonly proposal?: bigint;
  /**
   * Quorum repair: the lock of a lease with this token, put back on a member that lost it. Granted with
   * exactly this token; refused where a larger one was given out, since a later holder may have been there.
   */
  readonly restore?: bigint;
  /** Free text for `inspect`: host, pid and what the caller said. At most 200 bytes of UTF-8. */
  readonly description?: string;
  /**
   * Ends the attempt. Not sent yet: never sent, rejects with outcome `not-applied`. Sent: rejects
   * at once with outcome `unknown`. Either way core compensates; the provider does not.
   */
  readonly signal?: AbortSignal;
}

/** The backend granted the lock. */
export interface Grant extends Claim {
  readonly granted: true;
  /** Larger than that of every earlier holder of the name; undefined where fencing is `none`. */
  readonly fencingToken: bigint | undefined;
  /** `clock.monotonicMs()` read before the request that proves the grant left. */
  readonly sentAtMs: number;
  /** How long the backend keeps the lock, from `sentAtMs`. A hand-off's first claim may be shorter. */
  readonly validMs: number;
  /** Opaque to core; with it another process can adopt the grant (etcd: key and lease). */
  readonly state?: string;
  /** A queue granted it at once: nobody held it and nobody waited. */
  readonly isAtOnce?: boolean;
  /** The server's own clock when it granted, milliseconds since the epoch. A member says it. */
  readonly serverTimeMs?: number;
}

/** The backend answered, and the answer is no. */
export interface Refusal {
  readonly granted: false;
  /** `held`: another holder. `no-quorum`: too few members. `abstaining`: a restarted member waits. */
  readonly why: "held" | "no-quorum" | "abstaining";
  /** How long the present holder's ttl still runs on the server, where the server said so. */
  readonly retryAfterMs?: number;
  readonly votes?: readonly Vote[];
  /** `unknown` where something may be left until its ttl ends, which the provider makes good. Default `not-applied`. */
  readonly outcome?: Outcome;
}

/** One member's part in a quorum's answer. `member` names it without credentials. */
export interface Vote {
  readonly member: string;
  readonly answer: "granted" | "held" | "abstaining" | "unknown";
  readonly fencingToken?: bigint;
  /** For people: why there is no usable answer, or why it does not count. */
  readonly why?: string;
}

/** Prolongs a grant. Also quorum round two (`raiseFenceTo`) and adoption by another process. */
export interface RenewRequest extends Claim {
  readonly raiseFenceTo?: bigint;
  readonly state?: string;
}

/**
 * `renewed`: the backend holds the lock for `validMs` from `sentAtMs` (the send of the request that
 * proves it; a shared session may have sent it earlier than core asked). `lost`: the backend says it
 * is not ours. `unknown`: no usable answer; core tries again while the old validity lasts. A renewal
 * never re-creates a missing lock.
 */
export type RenewOutcome =
  | {
      readonly status: "renewed";
      readonly sentAtMs: number;
      readonly validMs: number;
      readonly fencingToken: bigint | undefined;
    }
  | { readonly status: "lost"; readonly why: string }
  | { readonly status: "unknown"; readonly cause: unknown };

/**
 * Gives a lock back, or makes sure that an acquire with an unknown outcome leaves nothing. `inDoubt`
 * means the acquire may still arrive: leave any queue, delete the lock if it is this holder's, and
 * refuse this holderId from now on.
 */
export interface ReleaseRequest extends Claim {
  readonly inDoubt: boolean;
  readonly state?: string;
}

/** `released`: it was ours and is free. `absent`: it was not ours. `unknown`: no usable answer. */
export type ReleaseOutcome = "released" | "absent" | "unknown";

/** Declared facts about a provider. The conformance suite checks each, and skips only by them. */
export interface Capabilities {
  readonly fencing: "none" | "monotonic";
  /** What ends a lock whose holder vanished: its ttl, or the end of the session that holds it. */
  readonly endsBy: "ttl" | "session";
  /**
   * `queue`: `enqueue` exists, and waits there until it grants. `notify`: `watch` exists. `poll`: core tries
   * again with backoff, in turns where `enqueue` gives them.
   */
  readonly waiting: "poll" | "notify" | "queue";
  /** Waiters are served in the order they came, over all processes. */
  readonly fair: boolean;
  readonly ttlMsMin: number;
  readonly ttlMsMax: number;
  /** Core rounds a ttl up to a multiple of this. */
  readonly ttlResolutionMs: number;
  /** A grant can be adopted by another process (not on sessions that die with their connection). */
  readonly transferable: boolean;
  readonly scope: "process" | "network";
  /** `none` only for `noop`: everything is granted and core bypasses its queue. */
  readonly exclusion: "exclusive" | "none";
  readonly modes: readonly LockMode[];
}

/** A holder's lock ended without a release: its session died or its key was deleted. */
export interface Loss {
  readonly name: string;
  readonly holderId: string;
  readonly why: string;
}

/** What can be told of a lock without holding it. Never contains a holderId. */
export interface LockState {
  readonly name: string;
  readonly held: boolean;
  readonly fencingToken?: bigint;
  /** Names this holding and no other, for `breakLock`. Opaque; it proves nothing. */
  readonly incarnation?: string;
  /** Wall-clock milliseconds since the epoch, by the holder's clock, when the lock was taken. */
  readonly sinceMs?: number;
  readonly remainingMs?: number;
  readonly waiters?: number;
  readonly description?: string;
}

/** One unsafe or doubtful setting of the backend, in words, with what to do about it. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly what: string;
  readonly remedy: string;
}

/** What a quorum tells each member about the quorum it joins. */
export interface Membership {
  /** Equal for all clients of one quorum; a member refuses another with `CONFIG_INVALID`. */
  readonly fingerprint: string;
  /** How long a member abstains after it may have lost its data, 0 for never, in milliseconds. */
  readonly restartGuardMs: number;
  /** How far a proposal may be from the member's own clock before it is clamped, in milliseconds. */
  readonly proposalSlackMs: number;
  /** How long a member remembers the fencing token of a name at least, in milliseconds. */
  readonly fenceTtlMs: number;
}

/**
 * A provider as a member of a quorum. `identity` is equal exactly for the same server; it changes when
 * the address leads to another server, or the server was started again.
 */
export interface Member {
  readonly identity: string;
  readonly provider: LockProvider;
}

/**
 * A queue beside a member's locks, in which contenders of one name take turns, so that one at a time asks the
 * quorum. It spares rivals and decides nothing: exclusion rests on votes alone.
 */
export interface TurnQueue extends Pick<LockProvider, "name" | "renew" | "release"> {
  enqueue(request: EnqueueRequest): Promise<Grant | Refusal>;
}

/** Which holding `breakLock` ends: the one that was inspected, or whichever there is. */
export interface BreakTarget {
  readonly incarnation: string | "any";
  /** Ends a session that does not cooperate, with everything else it holds. */
  readonly force?: boolean;
}

/**
 * An attempt that joins the backend's own queue; `signal` is how the wait ends. After a refusal it aborts when
 * nobody waits any more, else the next request comes with the same one.
 */
export type EnqueueRequest = AcquireRequest & { readonly signal: AbortSignal };

/** The whole of what a backend must offer. Disposing is the one way to close it. */
export interface LockProvider extends AsyncDisposable {
  /** Names the backend in errors and events: `redis`, `memory`. No address, no credentials. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** The clock behind `sentAtMs`. Absent means the system's; core refuses to mix two clocks. */
  readonly clock?: Clock;

  /**
   * One attempt, never waiting for a holder and bounded in time. Answers with a grant or a refusal;
   * rejects with a `LockError` whose `outcome` is `not-applied` or `unknown`.
   */
  tryAcquire(request: AcquireRequest): Reply<Grant | Refusal>;

  /** Same order and length as the requests; never rejects as a whole. */
  renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]>;

  /** Idempotent and owner-checked. Needs no grant, so it compensates unknown outcomes. */
  release(request: ReleaseRequest): Reply<ReleaseOutcome>;

  /** Tells at once what no renewal could: the session ended, the key was deleted. */
  onLoss?(listener: (loss: Loss) => void): Disposable;

  /**
   * Acquires or joins the backend's queue and waits there. A refusal says that the place was lost and
   * nothing is left of it: core asks again, as a new holder. Rejects at once on abort, and core then
   * calls `release({ inDoubt: true })`: compensation has one owner.
   */
  enqueue?(request: EnqueueRequest): Promise<Grant | Refusal>;

  /** Calls `onHint` when the name may have become free. A hint: core re-reads the truth. */
  watch?(name: string, onHint: () => void): Promise<AsyncDisposable>;

  /** Where contenders take turns, if this provider is a member of a quorum and has a queue. */
  readonly turns?: TurnQueue;

  /** This provider as a member of a quorum. Fencing over a quorum needs it. */
  asMember?(membership: Membership): Promise<Member>;

  inspect?(name: string): Promise<LockState>;

  /** True when it ended exactly that holding; false when it was gone already. Not its successor. */
  breakLock?(name: string, target: BreakTarget): Promise<boolean>;

  /** Resolves when the backend answers; rejects with a `LockError` when it does not. */
  ping?(): Promise<void>;

  /** Unsafe settings of the server or the client, in words. Changes nothing. */
  doctor?(): Promise<readonly Finding[]>;
}

/** A provider whose grants always carry a fencing token, so that `Locks` can promise a bigint. */
export interface FencedProvider extends LockProvider {
  readonly capabilities: Capabilities & { readonly fencing: "monotonic" };
}

/** A provider without fencing tokens. */
export interface UnfencedProvider extends LockProvider {
  readonly capabilities: Capabilities & { readonly fencing: "none" };
}
