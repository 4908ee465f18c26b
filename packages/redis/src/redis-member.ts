import type {
  AcquireRequest,
  BreakTarget,
  Capabilities,
  Clock,
  Finding,
  Grant,
  LockProvider,
  LockState,
  Membership,
  Refusal,
  ReleaseOutcome,
  ReleaseRequest,
  RenewOutcome,
  RenewRequest,
} from "@holdfast/core";
import { type BootGuard, unverified, type Verification } from "./boot-guard.ts";
import type { CommandRunner } from "./command-runner.ts";
import { grantOf, refusalOf, tombstoned, unsupported, valueTail } from "./grant.ts";
import { type Keyspace, nameFenceKey, tombstoneKey } from "./keyspace.ts";
import type { RedisProvider } from "./redis-provider.ts";
import { renewAll } from "./renew-all.ts";
import { acquireReply } from "./reply.ts";
import { ACQUIRE_AS_MEMBER, evalsha } from "./scripts.ts";
import type { Answer } from "./sent-command.ts";

export interface MemberParts {
  readonly provider: RedisProvider<"none" | "monotonic">;
  readonly runner: CommandRunner;
  readonly keyspace: Keyspace;
  readonly guard: BootGuard;
  readonly membership: Membership;
}

/**
 * One Redis server as a member of a quorum. It differs from the provider alone in three ways: a fence
 * counter for each name, which takes the quorum's proposals and raises and expires; it abstains while the
 * server may have lost its data; and an answer counts only on a connection that was verified.
 */
export class RedisMember implements LockProvider {
  readonly name = "redis";
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly #parts: MemberParts;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.clock = parts.provider.clock;
    // Queues on several members would wait for each other.
    this.capabilities = {
      ...parts.provider.capabilities,
      fencing: "monotonic",
      waiting: "poll",
      fair: false,
    };
  }

  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    if (request.mode !== "exclusive") throw unsupported(request);
    const answer = await this.#ask(request);
    // Nothing was done without the marker: looked at again, the server may vote at once, or say how long not.
    return answer ?? (await this.#ask(request)) ?? { granted: false, why: "abstaining" };
  }

  /** Undefined where the marker was not the one verified, and nothing was done. */
  async #ask(request: AcquireRequest): Promise<Grant | Refusal | undefined> {
    const { name, signal } = request;
    const { guard, runner } = this.#parts;
    const verification = guard.present ?? (await guard.verified());
    const { abstainMs } = guard;
    if (abstainMs > 0) return abstaining(abstainMs);
    return await runner.run({
      script: ACQUIRE_AS_MEMBER,
      command: this.#acquireCommand(request, verification),
      lockName: name,
      signal,
      decode: (answer) => this.#vote(request, verification, answer),
    });
  }

  #vote(
    request: AcquireRequest,
    verification: Verification,
    answer: Answer,
  ): Grant | Refusal | undefined {
    const { guard } = this.#parts;
    if (!guard.covers(verification, answer)) throw unverified(request.name);
    const reply = acquireReply(answer.reply);
    switch (reply.kind) {
      case "granted":
        return { ...grantOf(request, answer, reply.token), ...timeOf(reply) };
      case "held":
        return refusalOf(reply.remainingMs);
      case "unverified":
        guard.markerLost();
        return undefined;
      case "ahead":
        return abstaining(reply.remainingMs);
      case "tombstoned":
        throw tombstoned(request.name);
    }
  }

  #acquireCommand(request: AcquireRequest, { marker }: Verification): string[] {
    const { keyspace, membership } = this.#parts;
    const { name, holderId, ttlMs, restore, proposal = restore } = request;
    const slackUs = restore === undefined ? String(membership.proposalSlackMs * 1_000) : "";
    const lock = keyspace.lock(name);
    return evalsha(
      ACQUIRE_AS_MEMBER,
      "4",
      lock,
      nameFenceKey(lock),
      tombstoneKey(lock, holderId),
      keyspace.member,
      `${holderId}:`,
      String(ttlMs),
      valueTail(request, this.clock),
      proposal === undefined ? "" : String(proposal),
      slackUs,
      String(membership.fenceTtlMs),
      marker,
    );
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const { runner, keyspace, guard, membership } = this.#parts;
    try {
      const verification = guard.present ?? (await guard.verified());
      return await renewAll(requests, {
        runner,
        lockKey: (name) => keyspace.lock(name),
        fence: { key: nameFenceKey, ttlMs: membership.fenceTtlMs },
        check: (answer) => {
          if (!guard.covers(verification, answer)) throw unverified(undefined);
        },
      });
    } catch (cause) {
      return requests.map(() => ({ status: "unknown", cause }));
    }
  }

  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    return this.#parts.provider.release(request);
  }

  inspect(name: string): Promise<LockState> {
    return this.#parts.provider.inspect(name);
  }

  breakLock(name: string, target: BreakTarget): Promise<boolean> {
    return this.#parts.provider.breakLock(name, target);
  }

  ping(): Promise<void> {
    return this.#parts.provider.ping();
  }

  /** What the provider alone finds, and whether the member has a vote. */
  async doctor(): Promise<readonly Finding[]> {
    const { guard, provider } = this.#parts;
    const { abstainMs } = guard;
    const own = await provider.doctor();
    return abstainMs > 0 ? [abstains(abstainMs), ...own] : own;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.provider[Symbol.asyncDispose]();
  }
}

function abstaining(retryAfterMs: number | undefined): Refusal {
  const refusal = { granted: false, why: "abstaining" } as const;
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
}

function abstains(abstainMs: number): Finding {
  return {
    severity: "warning",
    what: `it started, failed over or was flushed lately, so it abstains for another ${Math.ceil(abstainMs / 1_000)} s`,
    remedy:
      "Wait: it votes again by itself. A majority must not abstain at once, so restart one at a time.",
  };
}

function timeOf({ serverTimeMs }: { readonly serverTimeMs?: number }): { serverTimeMs?: number } {
  return serverTimeMs === undefined ? {} : { serverTimeMs };
}
