import type { Redis } from "ioredis";
import type { CreateLockConfig, Lock } from "redlock-universal";
import { LEASE_TTL_MS, type LockClient, type Strategy } from "../../strategy.ts";
import { tellOnAbort } from "../tell-on-abort.ts";
import { type HeldRoutine, holdRoutine } from "./held-routine.ts";
import { type IoredisPeer, ioredisPeer } from "./ioredis-peer.ts";

type UniversalSettings = Pick<CreateLockConfig, "retryAttempts" | "retryDelay" | "performance">;

/**
 * Package redlock-universal, through `using`: the form in which it extends a lock and tells of its loss.
 * Its defaults are 3 attempts more, 100 ms apart (200 over a quorum). Tuned: its "lean" lock, attempts
 * without end, with pauses of 2 or 20 ms; it knows no jitter.
 */
const peer = {
  about: "package redlock-universal",
  abilities: {
    fencing: false,
    waitsWithoutPolling: false,
    lossSignal: true,
    renewal: true,
    fairness: false,
  },
  defaults: {},
  tuned: (pauseMs) => ({
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: pauseMs,
    performance: "lean",
  }),
  open,
} satisfies Partial<IoredisPeer<UniversalSettings>>;

export const redlockUniversal: readonly Strategy[] = [
  ...ioredisPeer<UniversalSettings>({
    ...peer,
    id: "redlock-universal",
    servers: 1,
    packageName: "redlock-universal",
  }),
  ...ioredisPeer<UniversalSettings>({
    ...peer,
    id: "redlock-universal-x5",
    servers: 5,
    pauseMs: 20,
  }),
];

async function open(
  clients: readonly Redis[],
  settings: UniversalSettings,
): Promise<LockClient<HeldRoutine>> {
  const { createLock, createRedlock, IoredisAdapter } = await import("redlock-universal");
  const adapters = clients.map((client) => new IoredisAdapter(client));
  const [only, second] = adapters;
  const create = (key: string, ttl: number): Lock =>
    only !== undefined && second === undefined
      ? createLock({ adapter: only, key, ttl, ...settings })
      : createRedlock({ adapters, key, ttl, ...settings });
  // A lock object belongs to a name and is meant to be kept: a new one asks for a PING first.
  const kept = new Map<string, Lock>();
  const lockOf = (name: string, ttlMs?: number): Lock => {
    const known = ttlMs === undefined ? kept.get(name) : undefined;
    if (known !== undefined) return known;
    const lock = create(name, ttlMs ?? LEASE_TTL_MS);
    if (ttlMs === undefined) kept.set(name, lock);
    return lock;
  };
  return {
    acquire: (name, { ttlMs } = {}) => holdRoutine((routine) => lockOf(name, ttlMs).using(routine)),
    release: (_name, held) => held.end(),
    using: (name, work) => lockOf(name).using(work),
    onLost: ({ signal }, tell) => tellOnAbort(signal, tell),
    close: async () => {},
  };
}
