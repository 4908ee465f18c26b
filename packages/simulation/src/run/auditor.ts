import {
  type AcquireRequest,
  type Grant,
  LockError,
  type LockProvider,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewRequest,
} from "@holdfast/core";
import { nsOf } from "../world/nanoseconds.ts";
import type { World } from "../world/world.ts";
import { delegate } from "./delegate.ts";
import type { Observer } from "./observer.ts";

/** What an auditor can see of the server itself. */
export interface Audited {
  readonly host: { readonly name: string; readonly clock: { wallMs(): number } };
  holderOf(name: string): string | undefined;
}

/** A tombstone lives for at least as long; nothing is promised of requests that arrive later. */
const TOMBSTONE_MS_MIN = 60_000;

/** How one holder's attempt at one server stands. */
interface Attempt {
  readonly sinceNs: number;
  /** Renewals that were sent for it and not answered. */
  renewingCount: number;
  /** Acquires that were sent for it and not answered: the first, a copy, a repair. */
  openCount: number;
  /** Its process was told that it has taken no effect, and that none is to come. */
  isOver: boolean;
  /** Its process has asked for it to be undone, whether it has taken effect or not. */
  isDisowned: boolean;
  /** When the server last executed a release of it, in true time and by its own wall clock. */
  released: { readonly ns: number; readonly wallMs: number } | undefined;
}

/**
 * Compares what a provider says with what its one server does, for each attempt by its holderId: no
 * lock is taken for an attempt that is over, none is left by a release that was answered.
 */
export class Auditor {
  readonly #world: World;
  readonly #observer: Observer;
  readonly #server: Audited;
  readonly #attempts = new Map<string, Attempt>();
  #forgotNs: number = Number.NEGATIVE_INFINITY;

  constructor(server: Audited, world: World, observer: Observer) {
    this.#server = server;
    this.#world = world;
    this.#observer = observer;
  }

  /** The same provider, listened to. */
  watch(provider: LockProvider): LockProvider {
    const { enqueue } = provider;
    return delegate(provider, {
      tryAcquire: (request) => {
        this.#asked(request.holderId);
        const reply = provider.tryAcquire(request);
        return reply instanceof Promise ? this.#answered(request, reply) : reply;
      },
      ...(enqueue && {
        enqueue: (request) => {
          this.#asked(request.holderId);
          return this.#answered(request, enqueue.call(provider, request));
        },
      }),
      renew: (requests) => {
        const reply = provider.renew(requests);
        if (reply instanceof Promise) this.#renewing(requests, reply);
        return reply;
      },
      release: (request) => {
        if (request.inDoubt) this.#attempt(request.holderId).isDisowned = true;
        const reply = provider.release(request);
        return reply instanceof Promise ? this.#returned(request, reply) : reply;
      },
    });
  }

  /** This holder's first acquire may yet arrive: it was not asked for so far, or nobody heard the answer. */
  mayGrant(holderId: string): boolean {
    const attempt = this.#attempts.get(holderId);
    return attempt === undefined || attempt.openCount > 0;
  }

  /** Whether a renewal of this holder is on its way, whatever the server says to it. */
  isRenewing(holderId: string): boolean {
    return (this.#attempts.get(holderId)?.renewingCount ?? 0) > 0;
  }

  /** The server has given a lock to this holder, or has repeated that it has it. */
  granted(holderId: string): void {
    const attempt = this.#attempts.get(holderId);
    if (attempt === undefined) return;
    const { isOver, isDisowned, released } = attempt;
    if (isOver) this.#ghost(holderId, "was told that it had taken no effect");
    if (!isDisowned || released === undefined) return;
    // A clock that was set forward ends tombstones as it ends locks.
    const countedMs = this.#server.host.clock.wallMs() - released.wallMs;
    const isShutOut = this.#world.nowNs - released.ns < nsOf(TOMBSTONE_MS_MIN);
    if (isShutOut && countedMs < TOMBSTONE_MS_MIN) this.#ghost(holderId, "had undone it there");
  }

  /** The server has executed a release of this holder. */
  released(holderId: string): void {
    const wallMs = this.#server.host.clock.wallMs();
    this.#attempt(holderId).released = { ns: this.#world.nowNs, wallMs };
  }

  /**
   * The server has lost data, and tombstones with it. What it forgot may also be that an attempt was over: a place
   * in its queue that was flushed away is back when the flush is forgotten.
   */
  forgot(): void {
    this.#forgotNs = this.#world.nowNs;
    for (const attempt of this.#attempts.values()) {
      attempt.released = undefined;
      attempt.isOver = false;
    }
  }

  #asked(holderId: string): void {
    const attempt = this.#attempt(holderId);
    attempt.isOver = false;
    attempt.openCount += 1;
  }

  #attempt(holderId: string): Attempt {
    const known = this.#attempts.get(holderId);
    if (known !== undefined) return known;
    const attempt = {
      sinceNs: this.#world.nowNs,
      openCount: 0,
      renewingCount: 0,
      isOver: false,
      isDisowned: false,
      released: undefined,
    };
    this.#attempts.set(holderId, attempt);
    return attempt;
  }

  #renewing(requests: readonly RenewRequest[], reply: Promise<unknown>): void {
    const count = (step: number) => (): void => {
      for (const { holderId } of requests) this.#attempt(holderId).renewingCount += step;
    };
    count(1)();
    reply.then(count(-1), count(-1));
  }

  async #answered(
    { name, holderId }: AcquireRequest,
    reply: Promise<Grant | Refusal>,
  ): Promise<Grant | Refusal> {
    try {
      const answer = await reply;
      this.#attempt(holderId).openCount -= 1;
      if (!answer.granted) this.#over(name, holderId);
      return answer;
    } catch (error) {
      const hasNoEffect = LockError.is(error) && error.outcome === "not-applied";
      // One of which nobody knows stays open.
      if (hasNoEffect) this.#attempt(holderId).openCount -= 1;
      if (hasNoEffect) this.#over(name, holderId);
      throw error;
    }
  }

  /** An acquire had no effect. Another that is still open may yet have one. */
  #over(name: string, holderId: string): void {
    const attempt = this.#attempt(holderId);
    if (attempt.openCount > 0) return;
    attempt.isOver = true;
    // A server that forgot the end of an earlier one has the lock by that.
    if (this.#forgotNs >= attempt.sinceNs || this.#server.holderOf(name) !== holderId) return;
    this.#observer.violate("not-applied", `${holderId} holds ${name}, and was told otherwise`);
  }

  async #returned(
    { name, holderId }: ReleaseRequest,
    reply: Promise<ReleaseOutcome>,
  ): Promise<ReleaseOutcome> {
    const { sinceNs } = this.#attempt(holderId);
    const outcome = await reply;
    // A server that forgot may have remembered the lock, or the place in line that it was granted from.
    if (outcome === "unknown" || this.#forgotNs >= sinceNs) return outcome;
    if (this.#server.holderOf(name) === holderId) {
      const words = `the release of ${holderId} was answered ${outcome}, and it holds ${name}`;
      this.#observer.violate("released", words);
    }
    return outcome;
  }

  #ghost(holderId: string, why: string): void {
    const words = `${this.#server.host.name} gave a lock to ${holderId}, whose process ${why}`;
    this.#observer.violate("ghost", words);
  }
}
