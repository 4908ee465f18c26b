import {
  type AcquireRequest,
  type Grant,
  LockError,
  type LockProvider,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
} from "@holdfast/core";
import { nsOf } from "../world/nanoseconds.ts";
import type { World } from "../world/world.ts";
import type { Server } from "./backend.ts";
import { delegate } from "./delegate.ts";
import type { Observer } from "./observer.ts";

/** A tombstone lives for at least as long; nothing is promised of requests that arrive later. */
const TOMBSTONE_MS_MIN = 60_000;

/** How an attempt stands, as far as its process was told. */
interface Attempt {
  /** Its process was told that it has taken no effect, and that none is to come. */
  isOver: boolean;
  /** Its process has asked for it to be undone, whether it has taken effect or not. */
  isDisowned: boolean;
}

/**
 * Compares what a provider says with what its servers do, for each attempt by its holderId: no lock is
 * taken for an attempt that is over, none is left by a release that was answered.
 */
export class Auditor {
  readonly #world: World;
  readonly #observer: Observer;
  readonly #attempts = new Map<string, Attempt>();
  /** Per server, when it executed a release of a holder. */
  readonly #releasedNs = new Map<Server, Map<string, number>>();
  #servers: readonly Server[] = [];

  constructor(world: World, observer: Observer) {
    this.#world = world;
    this.#observer = observer;
  }

  /** The servers that the attempts of a run reach. */
  watchServers(servers: readonly Server[]): void {
    this.#servers = servers;
  }

  /** The same provider, listened to. */
  watch(provider: LockProvider): LockProvider {
    return delegate(provider, {
      tryAcquire: (request) => {
        const reply = provider.tryAcquire(request);
        return reply instanceof Promise ? this.#attempt(request, reply) : reply;
      },
      release: (request) => {
        const reply = this.#disown(request, () => provider.release(request));
        return reply instanceof Promise ? this.#release(request, reply) : reply;
      },
    });
  }

  /** A server has given a lock to this holder, or has repeated that it has it. */
  granted(server: Server, holderId: string): void {
    const attempt = this.#attempts.get(holderId);
    if (attempt === undefined) return;
    if (attempt.isOver) this.#ghost(server, holderId, "was told that it had taken no effect");
    const releasedNs = this.#releasedNs.get(server)?.get(holderId);
    if (!attempt.isDisowned || releasedNs === undefined) return;
    const isLate = this.#world.nowNs - releasedNs < nsOf(TOMBSTONE_MS_MIN);
    if (isLate) this.#ghost(server, holderId, "had undone it there");
  }

  /** A server has executed a release of this holder. */
  released(server: Server, holderId: string): void {
    const released = this.#releasedNs.get(server);
    if (released === undefined) {
      this.#releasedNs.set(server, new Map([[holderId, this.#world.nowNs]]));
    } else {
      released.set(holderId, this.#world.nowNs);
    }
  }

  /** A server has lost its data, and its tombstones with it. */
  forgot(server: Server): void {
    this.#releasedNs.delete(server);
  }

  #attemptOf(holderId: string): Attempt {
    const known = this.#attempts.get(holderId);
    if (known !== undefined) return known;
    const attempt = { isOver: false, isDisowned: false };
    this.#attempts.set(holderId, attempt);
    return attempt;
  }

  async #attempt(
    { name, holderId }: AcquireRequest,
    reply: Promise<Grant | Refusal>,
  ): Promise<Grant | Refusal> {
    const attempt = this.#attemptOf(holderId);
    try {
      const answer = await reply;
      if (!answer.granted) this.#over(attempt, name, holderId);
      return answer;
    } catch (error) {
      if (LockError.is(error) && error.outcome === "not-applied") {
        this.#over(attempt, name, holderId);
      }
      throw error;
    }
  }

  #over(attempt: Attempt, name: string, holderId: string): void {
    attempt.isOver = true;
    if (this.#holdsMost(name, holderId)) {
      this.#observer.violate("not-applied", `${holderId} holds ${name}, and was told otherwise`);
    }
  }

  #disown<Result>({ holderId, inDoubt }: ReleaseRequest, release: () => Result): Result {
    if (inDoubt) this.#attemptOf(holderId).isDisowned = true;
    return release();
  }

  async #release(
    { name, holderId }: ReleaseRequest,
    reply: Promise<ReleaseOutcome>,
  ): Promise<ReleaseOutcome> {
    const outcome = await reply;
    if (outcome !== "unknown" && this.#holdsMost(name, holderId)) {
      const words = `the release of ${holderId} was answered ${outcome}, and it holds ${name}`;
      this.#observer.violate("released", words);
    }
    return outcome;
  }

  #holdsMost(name: string, holderId: string): boolean {
    const holding = this.#servers.filter((server) => server.holderOf(name) === holderId);
    return holding.length > this.#servers.length / 2;
  }

  #ghost(server: Server, holderId: string, why: string): void {
    const words = `${server.host.name} gave a lock to ${holderId}, whose process ${why}`;
    this.#observer.violate("ghost", words);
  }
}
