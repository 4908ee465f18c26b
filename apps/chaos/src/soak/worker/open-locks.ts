import type { EventEmitter } from "node:events";
import { createLocks, type FencedProvider, type Locks, memory } from "@holdfast/core";
import type { Redis } from "ioredis";
import type { SoakBackend, SoakTask } from "../message.ts";
import { listenerCount } from "./process-inventory.ts";

/** One client of the backend, as a service has one in each process. */
export interface SoakClient {
  readonly locks: Locks;
  /** What its user brought, and closes. */
  readonly drivers: readonly EventEmitter[];
  /** How many these had before the provider was made. */
  readonly listenersBefore: number;
  /** Ends the drivers. */
  disconnect(): Promise<void>;
}

/** How the process under test gets its clients: a test hands in others, that leak. */
export type OpenLocks = (task: Pick<SoakTask, "backend" | "urls">) => Promise<SoakClient>;

/** Long enough that a machine that has other things to do loses no lease. */
const TTL_MS = 30_000;

/** Opens one client, connected. */
export const openLocks: OpenLocks = ({ backend, urls }) => OPENERS[backend](urls);

type Opener = (urls: readonly string[]) => Promise<SoakClient>;

const OPENERS: Readonly<Record<SoakBackend, Opener>> = {
  redis: async (urls) => {
    const { redis } = await import("@holdfast/redis");
    const { drivers, ...user } = await connect(urls);
    const [client] = drivers;
    if (client === undefined) throw new Error("redis needs a URL");
    return { locks: locksOver(redis({ client })), drivers, ...user };
  },
  redlock: async (urls) => {
    const { redlock } = await import("@holdfast/redlock");
    const { drivers, ...user } = await connect(urls);
    // The guard is for members that may have forgotten something; these were just started for the first time.
    const provider = redlock({ clients: drivers, restartGuardMs: 0 });
    return { locks: locksOver(provider), drivers, ...user };
  },
  postgres: async ([url = ""]) => {
    const { postgres } = await import("@holdfast/postgres");
    return withoutDriver(postgres({ url }));
  },
  etcd: async (hosts) => {
    const { etcd } = await import("@holdfast/etcd");
    return withoutDriver(etcd({ hosts }));
  },
  memory: async () => withoutDriver(memory()),
};

/** Connections that the user makes and ends. */
async function connect(
  urls: readonly string[],
): Promise<Omit<SoakClient, "locks" | "drivers"> & { readonly drivers: readonly Redis[] }> {
  const { Redis } = await import("ioredis");
  const drivers = urls.map((url) => new Redis(url, { lazyConnect: true }));
  await Promise.all(drivers.map((driver) => driver.connect()));
  const disconnect = async (): Promise<void> => {
    await Promise.all(drivers.map((driver) => driver.quit()));
  };
  return { drivers, listenersBefore: listenerCount(...drivers), disconnect };
}

/** The provider opens what it needs, and closes it. */
function withoutDriver(provider: FencedProvider): SoakClient {
  return {
    locks: locksOver(provider),
    drivers: [],
    listenersBefore: 0,
    disconnect: async () => {},
  };
}

function locksOver(provider: FencedProvider): Locks {
  return createLocks({ provider, ttlMs: TTL_MS });
}
