import type { Harness, HarnessFaults } from "@holdfast/conformance";
import { type LockProvider, withPrefix } from "@holdfast/core";
import { problemsOf } from "@holdfast/history";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
} from "@holdfast/test-servers";
import { redis } from "../src/index.ts";
import type { Driver } from "./drivers.ts";

/** Long enough for a busy machine, short enough that cases with faults do not last. */
const COMMAND_TIMEOUT_MS = 250;

/** How every pushed message begins, in both versions of the protocol. */
const MESSAGE = "$7\r\nmessage\r\n";

/** Generous for a busy machine: a wake-up that is lost is lost for longer. */
const HISTORY_BOUNDS = {
  noticeMs: 1_000,
  wakeUpMs: 5_000,
  handOffMs: 5_000,
  crashHandOffMs: 5_000,
  deliveryMs: 1_000,
} as const;

/**
 * The suite on one server through one driver. Clients of this process connect through a proxy, so that
 * replies can be lost; children connect directly. With `namePrefix` both wrap their provider.
 */
export async function redisHarness(
  driver: Driver,
  namePrefix?: string,
): Promise<Omit<Harness, "name">> {
  const server = await startRedis();
  const proxy = await startFaultProxy({ target: server });
  return {
    open: async () => {
      const provider = await openThrough(driver, proxy);
      return namePrefix === undefined ? provider : withPrefix(provider, namePrefix);
    },
    faults: {
      hang: () => server.pause(),
      resume: () => server.resume(),
      ...(driver.losesItsPlace ? {} : lossOf(proxy)),
      loseNotices: async () => proxy.drop("to-client", MESSAGE),
      tellNotices: () => proxy.heal(),
      killConnections: async () => proxy.reset(),
      forget: async () => {
        await server.command("FLUSHALL");
      },
      deleteOutside: (name) => deleteOutside(server, name),
    },
    child: {
      module: new URL("conformance-child.mjs", import.meta.url).href,
      env: {
        HOLDFAST_TEST_REDIS_URL: server.url,
        ...(namePrefix === undefined ? {} : { HOLDFAST_TEST_NAME_PREFIX: namePrefix }),
        HOLDFAST_TEST_REDIS_DRIVER: driver.name.startsWith("ioredis") ? "ioredis" : "redis",
      },
    },
    leftovers: async () => {
      const keys = (await server.command("KEYS", "*")) as string[];
      return keys.filter((key) => !isBoundedRest(key));
    },
    checkHistory: (events) => problemsOf(events, HISTORY_BOUNDS),
    close: async () => {
      await proxy.close();
      await server.stop();
    },
  };
}

function lossOf(proxy: FaultProxy): Pick<HarnessFaults, "loseReplies" | "heal"> {
  return { loseReplies: async () => proxy.drop("to-client"), heal: () => proxy.heal() };
}

/** A provider whose brought client is closed along with it, as its user would. */
async function openThrough(driver: Driver, proxy: FaultProxy): Promise<LockProvider> {
  const opened = await driver.open(proxy);
  const provider = redis({ client: opened.client, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  const dispose = provider[Symbol.asyncDispose].bind(provider);
  provider[Symbol.asyncDispose] = async () => {
    await dispose();
    await opened[Symbol.asyncDispose]();
  };
  return provider;
}

/** What may stay: fence counters, tombstones, and a member's marker, each with its stated bound. */
function isBoundedRest(key: string): boolean {
  return key === "holdfast:fence" || key === "holdfast:member" || /\}:(f|t:[\w-]+)$/.test(key);
}

/** The lock's key, whatever a wrapping prefix made of its name. */
async function deleteOutside(server: RedisServer, name: string): Promise<void> {
  for (const key of (await server.command("KEYS", "*")) as string[]) {
    if (key.endsWith(`${name}}`)) await server.command("DEL", key);
  }
}
