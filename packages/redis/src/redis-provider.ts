import {
  type AcquireRequest,
  type BreakTarget,
  type Capabilities,
  type Clock,
  type Finding,
  type Grant,
  LockError,
  type LockProvider,
  type LockState,
  type Member,
  type Membership,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
} from "@holdfast/core";
import { CommandRunner } from "./command-runner.ts";
import { BroughtClient, type ConnectionSource } from "./connection-source.ts";
import { examine } from "./doctor.ts";
import { DOUBTFUL, grantOf, refusalOf, requireExclusive, tombstoned, valueTail } from "./grant.ts";
import { inspectReply } from "./inspect-reply.ts";
import { joinAsMember } from "./join-as-member.ts";
import { Keyspace, tombstoneKey } from "./keyspace.ts";
import { OpenedClient } from "./opened-client.ts";
import { parseUrl } from "./parse-url.ts";
import { adaptClient } from "./redis-client.ts";
import {
  type RedisOptions,
  type RedisSettings,
  redisSettings,
  TTL_MS_MIN,
} from "./redis-options.ts";
import { renewAll } from "./renew-all.ts";
import { acquireReply, textOf } from "./reply.ts";
import { ACQUIRE, ACQUIRE_UNFENCED, BREAK, INSPECT, RELEASE, RELEASE_IN_DOUBT } from "./scripts.ts";
import type { Answer } from "./sent-command.ts";

/** A provider over one Redis server. `Fencing` says in the types whether leases carry tokens. */
export interface RedisProvider<Fencing extends "none" | "monotonic" = "monotonic">
  extends LockProvider {
  readonly name: "redis";
  readonly capabilities: Capabilities & { readonly fencing: Fencing };
  readonly clock: Clock;
  asMember(membership: Membership): Promise<Member>;
  inspect(name: string): Promise<LockState>;
  breakLock(name: string, target: BreakTarget): Promise<boolean>;
  ping(): Promise<void>;
  doctor(): Promise<readonly Finding[]>;
}

/**
 * A provider over one Redis server, through a client that the user brings or one opened from a URL.
 *
 * Nothing is sent before the first call. Bad options are a TypeError or RangeError. What one Redis
 * cannot promise: a failover to a replica, or an eviction, ends locks unseen until their next renewal;
 * `doctor()` names such settings.
 */
export function redis<const F extends boolean = true>(
  options: RedisOptions & { readonly fencing?: F },
): RedisProvider<F extends false ? "none" : "monotonic"> {
  const settings = redisSettings(options);
  const provider: RedisProvider<"none" | "monotonic"> = new SingleRedis(
    sourceOf(options, settings),
    settings,
  );
  return provider as RedisProvider<F extends false ? "none" : "monotonic">;
}

function sourceOf(options: RedisOptions, settings: RedisSettings): ConnectionSource {
  if (options.client !== undefined) return new BroughtClient(adaptClient(options.client));
  const { driver, tls } = options;
  const target = parseUrl(options.url);
  if (driver !== undefined && driver !== "ioredis" && driver !== "redis") {
    throw new TypeError(`driver must be "ioredis" or "redis", not ${JSON.stringify(driver)}`);
  }
  if (tls !== undefined && !target.isTls) throw new TypeError("tls needs a url with rediss://");
  const { commandTimeoutMs: connectTimeoutMs, random } = settings;
  return new OpenedClient({ target, tls, driver, connectTimeoutMs, random });
}

/** Least life of a tombstone: a request delayed longer can still make a ghost of one ttl. */
const TOMBSTONE_MS_MIN = 60_000;

class SingleRedis implements RedisProvider<"none" | "monotonic"> {
  readonly name = "redis";
  readonly capabilities: RedisProvider<"none" | "monotonic">["capabilities"];
  readonly clock: Clock;
  readonly #runner: CommandRunner;
  readonly #source: ConnectionSource;
  readonly #keyspace: Keyspace;
  readonly #settings: RedisSettings;

  constructor(source: ConnectionSource, settings: RedisSettings) {
    const { clock, prefix, fencing, ttlMsMax } = settings;
    this.clock = clock;
    this.capabilities = capabilitiesOf(fencing, ttlMsMax);
    this.#settings = settings;
    this.#source = source;
    this.#keyspace = new Keyspace(prefix);
    this.#runner = new CommandRunner(source, clock, settings.commandTimeoutMs);
  }

  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    requireExclusive(request);
    const { name, signal } = request;
    const answer = await this.#acquire(request, { lockName: name, signal });
    const reply = acquireReply(answer.reply);
    switch (reply.kind) {
      case "granted":
        return grantOf(request, answer, reply.token);
      case "held":
        return refusalOf(reply.remainingMs);
      default:
        throw tombstoned(name);
    }
  }

  #acquire(
    request: AcquireRequest,
    context: { lockName: string; signal: AbortSignal | undefined },
  ): Promise<Answer> {
    const { name, holderId, ttlMs } = request;
    const lockKey = this.#keyspace.lock(name);
    const tombstone = tombstoneKey(lockKey, holderId);
    const holder = `${holderId}:`;
    const ttl = String(ttlMs);
    const tail = valueTail(request, this.clock);
    if (!this.#settings.fencing) {
      return this.#runner.run(
        ACQUIRE_UNFENCED,
        ["2", lockKey, tombstone, holder, ttl, tail],
        context,
      );
    }
    const { serverFence } = this.#keyspace;
    return this.#runner.run(
      ACQUIRE,
      ["3", lockKey, serverFence, tombstone, holder, ttl, tail],
      context,
    );
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const { serverFence } = this.#keyspace;
    return renewAll(requests, {
      runner: this.#runner,
      lockKey: (name) => this.#keyspace.lock(name),
      fence: { key: () => serverFence, ttlMs: 0 },
    });
  }

  async release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { name, holderId, ttlMs } = request;
    const lockKey = this.#keyspace.lock(name);
    const holder = `${holderId}:`;
    const context = { lockName: name };
    try {
      const isDoubtful = request.inDoubt || request.state === DOUBTFUL;
      const { reply } = await (isDoubtful
        ? this.#runner.run(
            RELEASE_IN_DOUBT,
            ["2", lockKey, tombstoneKey(lockKey, holderId), holder, tombstoneMs(ttlMs)],
            context,
          )
        : this.#runner.run(RELEASE, ["1", lockKey, holder], context));
      return textOf(reply) === "1" ? "released" : "absent";
    } catch (error) {
      if (LockError.is(error)) return "unknown";
      throw error;
    }
  }

  asMember(membership: Membership): Promise<Member> {
    return joinAsMember(membership, {
      provider: this,
      runner: this.#runner,
      keyspace: this.#keyspace,
      settings: this.#settings,
    });
  }

  async inspect(name: string): Promise<LockState> {
    const lockKey = this.#keyspace.lock(name);
    const { reply } = await this.#runner.run(INSPECT, ["1", lockKey], { lockName: name });
    return inspectReply(name, reply);
  }

  /** `force` changes nothing here: no session has to agree. */
  async breakLock(name: string, { incarnation }: BreakTarget): Promise<boolean> {
    const lockKey = this.#keyspace.lock(name);
    const { reply } = await this.#runner.run(BREAK, ["1", lockKey, incarnation], {
      lockName: name,
    });
    return textOf(reply) === "1";
  }

  async ping(): Promise<void> {
    await this.#runner.command(["PING"]);
  }

  async doctor(): Promise<readonly Finding[]> {
    const runner = this.#runner;
    const connection = await runner.ready();
    return examine(connection, { runner, keyspace: this.#keyspace, settings: this.#settings });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#runner.close();
    this.#source.close();
  }
}

function tombstoneMs(ttlMs: number): string {
  return String(Math.max(2 * ttlMs, TOMBSTONE_MS_MIN));
}

function capabilitiesOf(
  fencing: boolean,
  ttlMsMax: number,
): RedisProvider<"none" | "monotonic">["capabilities"] {
  return {
    fencing: fencing ? "monotonic" : "none",
    endsBy: "ttl",
    waiting: "poll",
    fair: false,
    ttlMsMin: TTL_MS_MIN,
    ttlMsMax,
    ttlResolutionMs: 1,
    transferable: true,
    scope: "network",
    exclusion: "exclusive",
    modes: ["exclusive"],
  };
}
