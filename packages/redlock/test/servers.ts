import { createLocks, type LockProvider, type Locks, type LocksOptions } from "@holdfast/core";
import { type RedisOptions, type RedisServer, startRedisMany, until } from "@holdfast/test-servers";
import { type RedlockUrlsOptions, redlock } from "../src/index.ts";

type Options = Omit<RedlockUrlsOptions, "urls" | "clients">;

/** Answers within this are in time. Long, since a test waits for none that it does not need. */
const MEMBER_TIMEOUT_MS = 400;

/** Servers of a test and the clients made of them; `close` ends all. */
export class Servers {
  readonly all: readonly RedisServer[];
  readonly #closers: (() => PromiseLike<unknown>)[] = [];

  private constructor(all: readonly RedisServer[]) {
    this.all = all;
  }

  static async start(count: number, options: RedisOptions = {}): Promise<Servers> {
    return new Servers(await startRedisMany(count, options));
  }

  get urls(): readonly string[] {
    return this.all.map(({ url }) => url);
  }

  /** How votes and findings call the servers. */
  get names(): readonly string[] {
    return this.all.map(({ host, port }) => `${host}:${port}`);
  }

  at(index: number): RedisServer {
    const server = this.all[index];
    if (server === undefined) throw new RangeError(`there is no server ${index}`);
    return server;
  }

  /** A provider of its own clients, with the restart guard off unless asked for. */
  provider(options: Options = {}, urls: readonly string[] = this.urls): LockProvider {
    const provider: LockProvider = redlock({
      restartGuardMs: 0,
      memberTimeoutMs: MEMBER_TIMEOUT_MS,
      ...options,
      urls,
    });
    this.defer(() => provider[Symbol.asyncDispose]());
    return provider;
  }

  /** Locks over such a provider, or over the one given. */
  locks(options: Partial<LocksOptions> & { readonly provider?: LockProvider } = {}): Locks {
    const provider = options.provider ?? this.provider();
    const locks = createLocks({ backoffMsMin: 5, backoffMsMax: 40, ...options, provider });
    this.defer(() => locks.close({ timeoutMs: 500 }));
    return locks;
  }

  /** What is stored for the lock of this name, per server: its value, or null. */
  async stored(name: string): Promise<readonly (string | null)[]> {
    const values = this.all.map((server) => server.command("GET", `holdfast:{${name}}`));
    return (await Promise.all(values)) as (string | null)[];
  }

  /** Resolves when no server has the lock of this name any more. */
  async nothingStored(name: string): Promise<void> {
    const isGone = async () => (await this.stored(name)).every((value) => value === null);
    await until(`${name} is on no server`, isGone);
  }

  defer(closer: () => PromiseLike<unknown>): void {
    this.#closers.push(closer);
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.reverse()) await closer();
    await Promise.all(this.all.map((server) => server.stop()));
  }
}

/**
 * ioredis keeps a timer of two seconds when it is disconnected from a server that is gone: for the end of a
 * file whose tests kill servers.
 */
export function driverTimersGone(): Promise<void> {
  return until("no timer is left", () => !process.getActiveResourcesInfo().includes("Timeout"));
}
