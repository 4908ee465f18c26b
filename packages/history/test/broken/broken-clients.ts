import { type Lease, LockClient } from "../world/lock-client.ts";
import type { LockRequest, LockServer } from "../world/lock-server.ts";
import { alone, type BrokenProvider, LONG_TTL_MS, oneServer, times } from "./broken-provider.ts";

class ChecksThenDeletes extends LockClient {
  override async release(lease: Lease): Promise<void> {
    lease.state = "released";
    this.journal.note(lease, "release invoke");
    const [member] = this.members as readonly [LockServer];
    const request = this.request(lease.name, lease.hold, lease.holder);
    const holder = await this.askOne(member, () => member.locks.get(lease.name)?.holder ?? "");
    if (holder !== lease.holder) {
      this.journal.note(lease, holder === undefined ? "release unknown" : "release fail");
      return;
    }
    // Whoever has it by now: the check was some time ago.
    const wasThere = await this.askOne(member, () => {
      const present = member.locks.get(lease.name)?.holder ?? request.holder;
      return member.release({ ...request, holder: present });
    });
    this.journal.note(lease, wasThere === undefined ? "release unknown" : "release ok");
  }
}

class TrustsTheWallClock extends LockClient {
  protected override nowMs(): number {
    return this.process.wallMs();
  }
}

class CountsFromTheReply extends LockClient {
  protected override deadlineOf(): number {
    return super.deadlineOf(this.nowMs());
  }
}

class AllowsNoDrift extends LockClient {
  protected override deadlineOf(sentMs: number): number {
    return sentMs + this.ttlMs;
  }
}

class TellsTooLate extends LockClient {
  protected override watch(lease: Lease): void {
    // Once more a ttl in which the renewal may still succeed.
    this.process.after(lease.deadlineMs + this.ttlMs - this.nowMs(), () => this.look(lease));
  }
}

/** Counts no time of its own: it has the lock until a renewal is refused. */
export class BelievesTheServer extends LockClient {
  protected override watch(): void {
    // There is no deadline.
  }

  protected override async renewal(lease: Lease): Promise<void> {
    if (lease.state !== "held") return;
    if ((await this.renew(lease)) === "refused") this.lose(lease);
    this.process.after(this.ttlMs / 3, () => void this.renewal(lease));
  }
}

class DropsSilently extends LockClient {
  override lose(lease: Lease): void {
    lease.state = "lost";
  }
}

class RenewsForEver extends LockClient {
  protected override async renewal(lease: Lease): Promise<void> {
    if (lease.state === "released") return;
    await this.renew(lease);
    this.process.after(this.ttlMs / 3, () => void this.renewal(lease));
  }
}

class TakesItAnew extends BelievesTheServer {
  protected override renewAt(member: LockServer, request: LockRequest, token: bigint): boolean {
    return member.renew(request, token) || member.acquire({ ...request, joins: false }).granted;
  }
}

class LeavesWhatTimedOut extends LockClient {
  protected override giveBack(): void {
    // The caller was told no, and that is all it wanted to know.
  }
}

class IncrementsBefore extends LockClient {
  readonly #tokens = new Map<string, bigint>();

  protected override async attempt(request: LockRequest): Promise<Lease | undefined> {
    const [member] = this.members as readonly [LockServer];
    if (!this.#tokens.has(request.waiter)) {
      const token = await this.askOne(member, () => member.increment(request.name));
      if (token === undefined) return undefined;
      this.#tokens.set(request.waiter, token);
    }
    return await super.attempt(request);
  }

  protected override lease(request: LockRequest, token: bigint, deadlineMs: number): Lease {
    return super.lease(request, this.#tokens.get(request.waiter) ?? token, deadlineMs);
  }
}

class IncrementsAfterwards extends LockClient {
  protected override async attempt(request: LockRequest): Promise<Lease | undefined> {
    const [member] = this.members as readonly [LockServer];
    const vote = await this.askOne(member, () => member.acquire({ ...request, proposal: 0n }));
    if (vote?.granted !== true) {
      this.noteInLine(request, [vote]);
      if (vote === undefined) this.makeGood(request, this.members);
      return undefined;
    }
    const sentMs = this.nowMs();
    const token = await this.askOne(member, () => member.increment(request.name));
    if (token !== undefined) return this.lease(request, token, this.deadlineOf(sentMs));
    this.makeGood(request, this.members);
    return undefined;
  }
}

/** Looks again only when it is told to. */
export class WaitsToBeTold extends LockClient {
  protected override turn(request: LockRequest, leftMs: number): Promise<void> {
    return this.hint(request, leftMs);
  }
}

class JoinsAfterwards extends LockClient {
  protected override async turn(request: LockRequest, leftMs: number): Promise<void> {
    // The place in line is taken by a command of its own, after the answer that there is a holder.
    const [member] = this.members as readonly [LockServer];
    await this.askOne(member, () => member.join(request));
    await this.hint(request, leftMs);
  }

  override request(name: string, waiter: string, holder: string): LockRequest {
    return { ...super.request(name, waiter, holder), joins: false };
  }
}

class LooksSeldom extends LockClient {
  override request(name: string, waiter: string, holder: string): LockRequest {
    return { ...super.request(name, waiter, holder), joins: false };
  }

  protected override turn(request: LockRequest, leftMs: number): Promise<void> {
    return this.hint(request, Math.min(leftMs, 1_500));
  }
}

class WaitsForEveryAnswer extends LockClient {
  protected override askOne<Reply>(
    member: LockServer,
    question: () => Reply,
  ): Promise<Reply | undefined> {
    return this.exchange(member, question);
  }
}

class IgnoresTheWin extends LockClient {
  protected override async attempt(request: LockRequest): Promise<Lease | undefined> {
    const isOver = this.process.sleep(4).then(() => undefined);
    return await Promise.race([super.attempt(request), isOver]);
  }
}

/** Faults of the client's side: clocks, renewal, waiting and what is in doubt. */
export const brokenClients: readonly BrokenProvider[] = [
  {
    id: "owner-check-apart",
    fault: "a release asks who has the lock, and then deletes it with a second command",
    caughtBy: "exclusion",
    scenario: oneServer(times(16, "hold-some")),
    implementation: { Client: ChecksThenDeletes },
  },
  {
    id: "wall-clock",
    fault: "the validity is counted on the wall clock",
    caughtBy: "loss-told",
    scenario: oneServer([...times(20, "clock-jump"), ...times(6, "hold-requests")]),
    implementation: { Client: TrustsTheWallClock },
  },
  {
    id: "counted-from-the-reply",
    fault: "the validity is counted from the reply and not from the request",
    caughtBy: "exclusion",
    scenario: oneServer(times(16, "pause")),
    implementation: { Client: CountsFromTheReply },
  },
  {
    id: "no-drift",
    fault: "the validity is the whole ttl, as if all clocks ran alike",
    caughtBy: "exclusion",
    scenario: oneServer(times(12, "pause"), LONG_TTL_MS),
    implementation: { Client: AllowsNoDrift },
  },
  {
    id: "told-late",
    fault:
      "the holder is told of the loss when the last attempt to renew has failed, a ttl too late",
    caughtBy: "loss-told",
    scenario: oneServer(times(4, "lose-replies")),
    implementation: { Client: TellsTooLate },
  },
  {
    id: "never-told",
    fault: "a lost lock is dropped without telling its holder",
    caughtBy: "loss-told",
    scenario: oneServer(times(4, "hold-requests")),
    implementation: { Client: DropsSilently },
  },
  {
    id: "renewed-after-loss",
    fault: "the renewal goes on after the holder was told of the loss",
    caughtBy: "ownership",
    scenario: oneServer(times(16, "lose-replies")),
    implementation: { Client: RenewsForEver },
  },
  {
    id: "taken-anew",
    fault: "a renewal that finds the lock gone takes it again, as if it had never been lost",
    caughtBy: "ownership",
    scenario: oneServer(times(12, "pause")),
    implementation: { Client: TakesItAnew },
  },
  {
    id: "residue-of-a-timeout",
    fault: "an attempt that timed out after it took effect is never released",
    caughtBy: "availability",
    scenario: alone(oneServer(times(3, "lose-replies"), LONG_TTL_MS)),
    implementation: { Client: LeavesWhatTimedOut },
  },
  {
    id: "token-before",
    fault: "the token is taken by a command before, in the order of asking and not of holding",
    caughtBy: "linearizability",
    scenario: oneServer(times(4, "pause")),
    implementation: { Client: IncrementsBefore },
  },
  {
    id: "token-afterwards",
    fault: "the token is taken by a command afterwards, and a stale holder gets the larger one",
    caughtBy: "fenced-resource",
    scenario: oneServer(times(16, "pause")),
    implementation: { Client: IncrementsAfterwards },
  },
  {
    id: "hint-missed",
    fault:
      "the answer that somebody has the lock and the place in line are two commands; what is released between them wakes nobody",
    caughtBy: "lost-wake-up",
    scenario: oneServer([]),
    implementation: { Client: JoinsAfterwards },
  },
  {
    id: "seldom-polled",
    fault: "waiters are not told of a release, and look for it seldom",
    caughtBy: "hand-off",
    scenario: oneServer([]),
    implementation: { Client: LooksSeldom },
  },
  {
    id: "hung-with-its-member",
    fault: "an attempt has no time limit of its own",
    caughtBy: "termination",
    scenario: oneServer(times(3, "lose-replies")),
    implementation: { Client: WaitsForEveryAnswer },
  },
  {
    id: "win-ignored",
    fault: "the wait ends while the grant is on its way, and nobody has the lock",
    caughtBy: "availability",
    scenario: alone(oneServer([], LONG_TTL_MS)),
    implementation: { Client: IgnoresTheWin },
  },
];
