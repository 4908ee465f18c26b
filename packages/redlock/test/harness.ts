import type { Harness } from "@holdfast/conformance";
import type { LockProvider } from "@holdfast/core";
import { problemsOf } from "@holdfast/history";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedisMany,
} from "@holdfast/test-servers";
import { redlock } from "../src/index.ts";
import type { Driver } from "./drivers.ts";

/** Long enough for a thousand requests at once on a busy machine, short enough that faults do not last. */
const ANSWER_MS = 1_000;

/** Generous for a busy machine: a wake-up that is lost is lost for longer. */
const HISTORY_BOUNDS = {
  noticeMs: 1_000,
  wakeUpMs: 5_000,
  handOffMs: 5_000,
  crashHandOffMs: 5_000,
  deliveryMs: 1_000,
} as const;

/**
 * The suite on `count` servers through one driver. The servers were just started, so the restart guard is
 * off; it has tests of its own. Clients of this process connect through proxies, so that replies can be
 * lost; children connect directly. Every fault is one of all servers.
 */
export async function redlockHarness(
  driver: Driver,
  count: number,
): Promise<Omit<Harness, "name">> {
  const servers = await startRedisMany(count);
  const proxies = await Promise.all(servers.map((target) => startFaultProxy({ target })));
  const eachServer = async (what: (server: RedisServer) => Promise<unknown>): Promise<void> => {
    await Promise.all(servers.map(what));
  };
  return {
    open: async () => openThrough(driver, proxies),
    faults: {
      hang: () => eachServer((server) => server.pause()),
      resume: () => eachServer((server) => server.resume()),
      loseReplies: async () => {
        for (const proxy of proxies) proxy.drop("to-client");
      },
      heal: async () => {
        await Promise.all(proxies.map((proxy) => proxy.heal()));
      },
      killConnections: async () => {
        for (const proxy of proxies) proxy.reset();
      },
      forget: () => eachServer((server) => server.command("FLUSHALL")),
      deleteOutside: (name) => eachServer((server) => server.command("DEL", `holdfast:{${name}}`)),
    },
    child: {
      module: new URL("conformance-child.mjs", import.meta.url).href,
      env: {
        HOLDFAST_TEST_REDIS_URLS: servers.map(({ url }) => url).join(),
        HOLDFAST_TEST_REDIS_DRIVER: driver.name,
      },
    },
    leftovers: async () => (await Promise.all(servers.map(locksOn))).flat(),
    checkHistory: (events) => problemsOf(events, HISTORY_BOUNDS),
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await eachServer((server) => server.stop());
    },
  };
}

/** A provider whose brought clients are closed along with it, as their user would. */
function openThrough(driver: Driver, proxies: readonly FaultProxy[]): LockProvider {
  const opened = proxies.map((proxy) => driver.open(proxy));
  const provider: LockProvider = redlock({
    clients: opened.map(({ client }) => client),
    restartGuardMs: 0,
    commandTimeoutMs: ANSWER_MS,
    memberTimeoutMs: ANSWER_MS,
  });
  const dispose = provider[Symbol.asyncDispose].bind(provider);
  provider[Symbol.asyncDispose] = async () => {
    await dispose();
    for (const each of opened) await each[Symbol.asyncDispose]();
  };
  return provider;
}

/** What is stored for locks. Fence counters, tombstones and a member's marker may stay. */
async function locksOn(server: RedisServer): Promise<readonly string[]> {
  const keys = (await server.command("KEYS", "*")) as string[];
  return keys
    .filter((key) => !/^holdfast:(fence|member)$|\}:(f|t:[\w-]+)$/.test(key))
    .map((key) => `${server.port} ${key}`);
}
