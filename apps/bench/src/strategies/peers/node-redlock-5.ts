import { setTimeout as sleepMs } from "node:timers/promises";
import type { Redis } from "ioredis";
import {
  type AcquireOptions,
  LEASE_TTL_MS,
  type LockClient,
  type Strategy,
} from "../../strategy.ts";
import { tellOnAbort } from "../tell-on-abort.ts";
import { type HeldRoutine, holdRoutine } from "./held-routine.ts";
import { type IoredisPeer, ioredisPeer } from "./ioredis-peer.ts";

/** What this benchmark uses of the package, whose own types its manifest hides from the compiler. */
interface Redlock {
  using(
    names: readonly string[],
    ttlMs: number,
    settings: Retrying,
    routine: (signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
}

type RedlockClass = new (clients: readonly Redis[], settings: Retrying) => Redlock;

interface Retrying {
  /** -1 is for ever. */
  readonly retryCount?: number;
  readonly retryDelay?: number;
  readonly retryJitter?: number;
}

interface RedlockSettings {
  /** For everything. */
  readonly client: Retrying;
  /** For taking a lock; the client's settings are for extending it and giving it back as well. */
  readonly acquire: Retrying;
  /** How long to wait before an acquire that failed is called again; absent where it is not. */
  readonly askAgainMs?: number;
}

/**
 * Package redlock 5 beta, through `using`: the form in which it extends a lock and tells of its loss.
 * Its defaults are 10 attempts, 200 ± 100 ms apart. Tuned: for ever, with pauses ± a half,
 * but a release is tried only three times, since one of a lock that expired can never succeed. Over a
 * quorum it keeps the votes of an attempt that failed until the last one: single attempts, made anew.
 */
const peer = {
  about: "package redlock 5 beta",
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: true,
    renewal: true,
    fairness: false,
  },
  defaults: { client: {}, acquire: {} },
  tuned: (pauseMs, servers) => ({
    client: { retryCount: 2, retryDelay: pauseMs, retryJitter: pauseMs / 2 },
    acquire: { retryCount: servers > 1 ? 0 : -1 },
    ...(servers > 1 ? { askAgainMs: pauseMs } : {}),
  }),
  open,
} satisfies Partial<IoredisPeer<RedlockSettings>>;

export const nodeRedlock5: readonly Strategy[] = [
  ...ioredisPeer<RedlockSettings>({
    ...peer,
    id: "node-redlock-5",
    servers: 1,
    packageName: "redlock-5",
  }),
  ...ioredisPeer<RedlockSettings>({ ...peer, id: "node-redlock-5-x5", servers: 5, pauseMs: 80 }),
];

async function open(
  clients: readonly Redis[],
  settings: RedlockSettings,
): Promise<LockClient<HeldRoutine>> {
  // @ts-expect-error The package's types cannot be found.
  const { default: Redlock } = (await import("redlock-5")) as { default: RedlockClass };
  const redlock = new Redlock(clients, settings.client);
  const acquire = async (
    name: string,
    { ttlMs = LEASE_TTL_MS, signal }: AcquireOptions,
  ): Promise<HeldRoutine> => {
    for (;;) {
      try {
        return await holdRoutine((routine) =>
          redlock.using([name], ttlMs, settings.acquire, routine),
        );
      } catch (error) {
        if (settings.askAgainMs === undefined || !isRefusal(error)) throw error;
        if (signal?.aborted === true) throw error;
      }
      await sleepMs(settings.askAgainMs * (0.5 + Math.random()));
    }
  };
  return {
    acquire: (name, options = {}) => acquire(name, options),
    release: (_name, held) => held.end(),
    onLost: ({ signal }, tell) => tellOnAbort(signal, tell),
    close: async () => {},
  };
}

/** No quorum for the lock, as far as the package says. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === "ExecutionError";
}
