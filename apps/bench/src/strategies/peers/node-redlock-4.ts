import type { Redis } from "ioredis";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../../strategy.ts";
import { type IoredisPeer, ioredisPeer } from "./ioredis-peer.ts";

/** What this benchmark uses of the package, which brings no types of its own. */
interface Redlock {
  acquire(name: string, ttlMs: number): Promise<Lock>;
  on(event: "clientError", listener: (error: Error) => void): void;
}

interface Lock {
  unlock(): Promise<void>;
}

interface RedlockSettings {
  /** -1 is for ever. */
  readonly retryCount?: number;
  readonly retryDelay?: number;
  readonly retryJitter?: number;
}

type RedlockClass = new (clients: readonly Redis[], settings: RedlockSettings) => Redlock;

/**
 * Package redlock 4. Its defaults are 10 attempts, 200 ± 100 ms apart. Tuned: for ever, with pauses ± a
 * half.
 * It extends when it is asked to and never by itself, and does not say when a lock is lost.
 */
const peer = {
  about: "package redlock 4.2",
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: false,
    renewal: false,
    fairness: false,
  },
  defaults: {},
  tuned: (pauseMs) => ({ retryCount: -1, retryDelay: pauseMs, retryJitter: pauseMs / 2 }),
  open,
} satisfies Partial<IoredisPeer<RedlockSettings>>;

export const nodeRedlock4: readonly Strategy[] = [
  ...ioredisPeer<RedlockSettings>({
    ...peer,
    id: "node-redlock-4",
    servers: 1,
    packageName: "redlock-4",
  }),
  ...ioredisPeer<RedlockSettings>({ ...peer, id: "node-redlock-4-x5", servers: 5, pauseMs: 80 }),
];

async function open(
  clients: readonly Redis[],
  settings: RedlockSettings,
): Promise<LockClient<Lock>> {
  // @ts-expect-error The package has no types.
  const { default: Redlock } = (await import("redlock-4")) as { default: RedlockClass };
  const redlock = new Redlock(clients, settings);
  redlock.on("clientError", () => {});
  return {
    acquire: (name, { ttlMs = LEASE_TTL_MS } = {}) => redlock.acquire(name, ttlMs),
    release: (_name, lock) => lock.unlock(),
    close: async () => {},
  };
}
