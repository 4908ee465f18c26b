import { type Answer, type Lock, type LockRequest, LockServer } from "../world/lock-server.ts";
import { BelievesTheServer, WaitsToBeTold } from "./broken-clients.ts";
import {
  alone,
  type BrokenProvider,
  LONG_TTL_MS,
  oneServer,
  threeServers,
  times,
} from "./broken-provider.ts";

class ReleasesForAnybody extends LockServer {
  override release({ name }: LockRequest): boolean {
    if (!this.locks.has(name)) return false;
    this.free(name);
    return true;
  }
}

class RenewsForAnybody extends LockServer {
  override renew({ name, ttlMs }: LockRequest): boolean {
    const lock = this.locks.get(name);
    if (lock !== undefined) this.expire(name, lock, ttlMs);
    return lock !== undefined;
  }
}

class ExpiresWhenAsked extends LockServer {
  override acquire(request: LockRequest): Answer {
    const lock = this.locks.get(request.name);
    if (lock !== undefined && this.nowMs() >= lock.expiresMs) this.locks.delete(request.name);
    return super.acquire(request);
  }

  protected override expire(_name: string, lock: Lock, ttlMs: number): void {
    lock.expiresMs = this.nowMs() + ttlMs;
  }
}

class RenewsWhatIsGone extends LockServer {
  override renew(request: LockRequest, token: bigint): boolean {
    if (!this.locks.has(request.name)) this.grant(request);
    return super.renew(request, token);
  }
}

class CountsTokensInMemory extends LockServer {
  protected override mint(name: string): bigint {
    return this.increment(name);
  }
}

class TakesTokensFromClocks extends LockServer {
  protected override mint(_name: string, proposal: bigint): bigint {
    return proposal;
  }
}

class ForgetsWhoLeft extends LockServer {
  override release(request: LockRequest): boolean {
    const wasMine = super.release(request);
    this.tombstones.clear();
    return wasMine;
  }
}

class LetsNewcomersPass extends LockServer {
  protected override isFirst(): boolean {
    return true;
  }
}

class HandsOnTwice extends LockServer {
  readonly #called = new Set<string>();

  override acquire(request: LockRequest): Answer {
    if (!this.#called.delete(request.waiter)) return super.acquire(request);
    this.leave(request.name, request.waiter);
    return { granted: true, token: this.grant(request) };
  }

  protected override callFirst(name: string): void {
    const first = this.lines.get(name)?.[0];
    if (first !== undefined && !this.locks.has(name)) this.#called.add(first.waiter);
    super.callFirst(name);
  }
}

class WaitsForTheDead extends LockServer {
  override leave(name: string, waiter: string): void {
    // Only who takes the lock leaves the line: nobody is dropped for not coming.
    if (this.locks.has(name)) super.leave(name, waiter);
  }
}

class SetsTtlWithTheRenewal extends LockServer {
  readonly #renewed = new WeakSet<Lock>();

  override renew(request: LockRequest, token: bigint): boolean {
    const lock = this.locks.get(request.name);
    if (lock !== undefined) this.#renewed.add(lock);
    return super.renew(request, token);
  }

  protected override expire(name: string, lock: Lock, ttlMs: number): void {
    if (this.#renewed.has(lock)) super.expire(name, lock, ttlMs);
  }
}

class VotesAtOnce extends LockServer {
  override restart(): void {
    super.restart();
    this.abstainsUntilMs = 0;
  }
}

/** Faults of the server's side: scripts, keys, lines and counters. */
export const brokenServers: readonly BrokenProvider[] = [
  {
    id: "release-for-anybody",
    fault: "a release deletes the lock, whoever has it by now",
    caughtBy: "ownership",
    scenario: oneServer(times(3, "pause")),
    implementation: { Server: ReleasesForAnybody },
  },
  {
    id: "renew-for-anybody",
    fault: "a renewal prolongs the lock, whoever has it by now, and its holder asks nothing else",
    caughtBy: "ownership",
    scenario: oneServer(times(4, "pause")),
    implementation: { Server: RenewsForAnybody, Client: BelievesTheServer },
  },
  {
    id: "renewal-re-creates",
    fault: "a renewal that arrives after the release makes the lock again",
    caughtBy: "lost-wake-up",
    scenario: alone(oneServer(times(2, "hold-some"), LONG_TTL_MS)),
    implementation: { Server: RenewsWhatIsGone },
  },
  {
    id: "tokens-in-memory",
    fault: "the tokens begin anew when the server restarts",
    caughtBy: "fencing-order",
    scenario: oneServer(times(2, "restart")),
    implementation: { Server: CountsTokensInMemory },
  },
  {
    id: "tokens-from-clocks",
    fault: "a token is the time of the client's clock",
    caughtBy: "fencing-order",
    scenario: oneServer(["clock-jump"]),
    implementation: { Server: TakesTokensFromClocks },
  },
  {
    id: "no-tombstone",
    fault: "an acquire that arrives after its release takes the lock, and nobody has it",
    caughtBy: "availability",
    scenario: alone(oneServer(times(2, "hold-some"), LONG_TTL_MS)),
    implementation: { Server: ForgetsWhoLeft },
  },
  {
    id: "fair-in-name",
    fault: "a newcomer that comes at the right moment passes those in line",
    caughtBy: "fifo",
    scenario: oneServer([]),
    implementation: { Server: LetsNewcomersPass },
  },
  {
    id: "handed-on-twice",
    fault: "the lock is handed on again when the first in line is slow, who comes all the same",
    caughtBy: "exclusion",
    scenario: oneServer(times(4, "pause")),
    implementation: { Server: HandsOnTwice },
  },
  {
    id: "dead-first-in-line",
    fault: "a waiter that died keeps its place in line",
    caughtBy: "lost-wake-up",
    scenario: oneServer(times(2, "crash")),
    implementation: { Server: WaitsForTheDead },
  },
  {
    id: "expired-unnoticed",
    fault: "an expired lock is dropped when somebody asks, and waiters ask when they are told",
    caughtBy: "crash-hand-off",
    scenario: oneServer(times(3, "crash")),
    implementation: { Server: ExpiresWhenAsked, Client: WaitsToBeTold },
  },
  {
    id: "ttl-set-later",
    fault: "the ttl is set by a second command, which a dead holder never sends",
    caughtBy: "leaks",
    scenario: oneServer(times(2, "crash")),
    implementation: { Server: SetsTtlWithTheRenewal },
  },
  {
    id: "restarted-member-votes",
    fault: "a member that restarted without memory votes at once",
    caughtBy: "exclusion",
    scenario: threeServers([...times(3, "restart"), ...times(3, "cut-off")]),
    implementation: { Server: VotesAtOnce },
  },
];
