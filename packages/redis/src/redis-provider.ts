import {
  type AcquireRequest,
  type BreakTarget,
  type Capabilities,
  type Claim,
  type Clock,
  type EnqueueRequest,
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
  type TurnQueue,
} from "@holdfast/core";
import { Coalescer } from "./coalescer.ts";
import { CommandRunner } from "./command-runner.ts";
import { BroughtClient, type ConnectionSource } from "./connection-source.ts";
import { examine } from "./doctor.ts";
import {
  DOUBTFUL,
  doubtfulRefusal,
  grantOf,
  refusalOf,
  tombstoned,
  unsupported,
  valueTail,
} from "./grant.ts";
import { inspectReply } from "./inspect-reply.ts";
import { joinAsMember } from "./join-as-member.ts";
import { Keyspace, queueKey, tombstoneKey, waitersKey } from "./keyspace.ts";
import { OpenedClient } from "./opened-client.ts";
import { parseUrl } from "./parse-url.ts";
import { WaitingRoom } from "./queue/waiting-room.ts";
import { adaptClient } from "./redis-client.ts";
import {
  type RedisOptions,
  type RedisSettings,
  redisSettings,
  TTL_MS_MIN,
} from "./redis-options.ts";
import { breakReply, releaseReply } from "./release-reply.ts";
import { renewAll } from "./renew-all.ts";
import { acquireReply } from "./reply.ts";
import {
  ACQUIRE,
  ACQUIRE_UNFENCED,
  BREAK,
  evalInFull,
  evalsha,
  INSPECT,
  RELEASE,
  RELEASE_IN_DOUBT,
  type Script,
} from "./scripts.ts";

/** A provider over one Redis server. `Fencing` says in the types whether leases carry tokens. */
export interface RedisProvider<Fencing extends "none" | "monotonic" = "monotonic">
  extends LockProvider {
  readonly name: "redis";
  readonly capabilities: Capabilities & { readonly fencing: Fencing };
  readonly clock: Clock;
  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal>;
  release(request: ReleaseRequest): Promise<ReleaseOutcome>;
  enqueue(request: EnqueueRequest): Promise<Grant | Refusal>;
  readonly turns: TurnQueue;
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
  const { clock, commandTimeoutMs } = settings;
  const runner = new CommandRunner(sourceOf(options, settings), clock, commandTimeoutMs);
  const provider: RedisProvider<"none" | "monotonic"> = new SingleRedis(
    runner,
    settings,
    new Keyspace(settings.prefix),
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
  readonly #coalescer: Coalescer;
  /** Of acquires and releases. */
  #sender: Coalescer | CommandRunner;
  readonly #keyspace: Keyspace;
  readonly #settings: RedisSettings;
  readonly #room: WaitingRoom;
  #turns: SingleRedis | undefined;

  constructor(runner: CommandRunner, settings: RedisSettings, keyspace: Keyspace) {
    const { clock, fencing, ttlMsMax } = settings;
    this.clock = clock;
    this.capabilities = capabilitiesOf(fencing, ttlMsMax);
    this.#settings = settings;
    this.#keyspace = keyspace;
    const { commandTimeoutMs, random } = settings;
    this.#runner = runner;
    this.#coalescer = new Coalescer(this.#runner);
    this.#sender = this.#coalescer;
    this.#room = new WaitingRoom({
      runner: this.#runner,
      clock,
      channel: this.#keyspace.inbox + random.holderId(),
      commandTimeoutMs,
      fencing,
      ownKeys: (request) => this.#ownKeys(request),
      sharedKeys: (name) => this.#sharedKeys(name),
      takeArgs: (request) => this.#takeArgs(request),
    });
  }

  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const { mode, name, signal } = request;
    if (mode !== "exclusive") return Promise.reject(unsupported(request));
    const script = this.#settings.fencing ? ACQUIRE : ACQUIRE_UNFENCED;
    return this.#sender.run({
      script,
      command: this.#acquireCommand(script, request),
      lockName: name,
      signal,
      decode: (answer) => {
        const reply = acquireReply(answer.reply);
        if (reply.kind === "granted") return grantOf(request, answer, this.#own(reply.token));
        if (reply.kind !== "held") throw tombstoned(name);
        if (!answer.isEpochKept) throw doubtfulRefusal(name);
        return refusalOf(reply.remainingMs);
      },
    });
  }

  /** Without fencing a token may still be there: the queue mints always. */
  #own(token: bigint | undefined): bigint | undefined {
    return this.#settings.fencing ? token : undefined;
  }

  enqueue(request: EnqueueRequest): Promise<Grant | Refusal> {
    if (request.mode !== "exclusive") return Promise.reject(unsupported(request));
    return this.#room.enqueue(request);
  }

  /** Locks of their own beside these, over the same connection. */
  get turns(): TurnQueue {
    const keyspace = new Keyspace(this.#settings.prefix, "turn:");
    this.#turns ??= new SingleRedis(this.#runner, this.#settings, keyspace);
    // They are a quorum's, where nothing is gathered.
    this.#turns.#sender = this.#runner;
    return this.#turns;
  }

  #acquireCommand(script: Script, request: AcquireRequest): string[] {
    return evalsha(script, "5", ...this.#ownKeys(request), ...this.#takeArgs(request));
  }

  #takeArgs(request: AcquireRequest): [string, string, string] {
    return [`${request.holderId}:`, String(request.ttlMs), valueTail(request, this.clock)];
  }

  /** lock fence tombstone queue waiters. */
  #ownKeys({ name, holderId }: Claim): [string, string, string, string, string] {
    const lock = this.#keyspace.lock(name);
    const { serverFence } = this.#keyspace;
    return [lock, serverFence, tombstoneKey(lock, holderId), queueKey(lock), waitersKey(lock)];
  }

  /** lock fence queue waiters. */
  #sharedKeys(name: string): [string, string, string, string] {
    const lock = this.#keyspace.lock(name);
    return [lock, this.#keyspace.serverFence, queueKey(lock), waitersKey(lock)];
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const { serverFence } = this.#keyspace;
    const outcomes = await renewAll(requests, {
      runner: this.#runner,
      lockKey: (name) => this.#keyspace.lock(name),
      fence: { key: () => serverFence, ttlMs: 0 },
    });
    return this.#settings.fencing ? outcomes : outcomes.map(withoutToken);
  }

  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { inDoubt, state } = request;
    const isDoubtful = inDoubt || state === DOUBTFUL;
    const released = isDoubtful ? this.#disown(request) : this.#giveBack(request);
    return released.catch(unknownOutcome);
  }

  #giveBack({ name: lockName, holderId }: ReleaseRequest): Promise<ReleaseOutcome> {
    const command = evalsha(RELEASE, "4", ...this.#sharedKeys(lockName), `${holderId}:`);
    return this.#sender.run({ script: RELEASE, command, lockName, decode: releaseReply });
  }

  /** In full: replies are being lost, so the one that asks for the script could be. Never with others. */
  #disown(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { name: lockName, holderId, ttlMs } = request;
    const keys = this.#ownKeys(request);
    const operands = ["5", ...keys, `${holderId}:`, tombstoneMs(ttlMs)];
    const command = evalInFull(RELEASE_IN_DOUBT, ...operands);
    return this.#runner.run({ command, lockName, decode: releaseReply });
  }

  asMember(membership: Membership): Promise<Member> {
    // A release must not be passed by the next vote of its name, nor wait while a vote's timeout runs.
    this.#sender = this.#runner;
    return joinAsMember(membership, {
      provider: this,
      runner: this.#runner,
      keyspace: this.#keyspace,
      settings: this.#settings,
    });
  }

  inspect(name: string): Promise<LockState> {
    const lock = this.#keyspace.lock(name);
    return this.#runner.run({
      script: INSPECT,
      command: evalsha(INSPECT, "2", lock, queueKey(lock)),
      lockName: name,
      decode: ({ reply }) => inspectReply(name, reply),
    });
  }

  /** `force` changes nothing here: no session has to agree. */
  breakLock(name: string, { incarnation }: BreakTarget): Promise<boolean> {
    return this.#runner.run({
      script: BREAK,
      command: evalsha(BREAK, "4", ...this.#sharedKeys(name), incarnation),
      lockName: name,
      decode: (answer) => breakReply(answer, name),
    });
  }

  async ping(): Promise<void> {
    await this.#runner.run({ command: ["PING"], decode: () => undefined });
  }

  async doctor(): Promise<readonly Finding[]> {
    const runner = this.#runner;
    const connection = await runner.ready();
    return examine(connection, {
      runner,
      room: this.#room,
      keyspace: this.#keyspace,
      settings: this.#settings,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#room.close();
    if (this.#turns !== undefined) this.#turns.#room.close();
    this.#runner.close();
    this.#coalescer.close();
  }
}

function withoutToken(outcome: RenewOutcome): RenewOutcome {
  return outcome.status === "renewed" ? { ...outcome, fencingToken: undefined } : outcome;
}

/** No usable answer to a release, whatever the fault: core tries again, as in doubt. */
function unknownOutcome(error: unknown): ReleaseOutcome {
  if (LockError.is(error)) return "unknown";
  throw error;
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
    waiting: "queue",
    fair: true,
    ttlMsMin: TTL_MS_MIN,
    ttlMsMax,
    ttlResolutionMs: 1,
    transferable: true,
    scope: "network",
    exclusion: "exclusive",
    modes: ["exclusive"],
  };
}
