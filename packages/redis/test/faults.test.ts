import { createLocks } from "@holdfast/core";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { type Driver, drivers, ioredis6 } from "./drivers.ts";
import { type AnyRedis, faultOf, giveBack, request, take } from "./requests.ts";

const COMMAND_TIMEOUT_MS = 150;

let server: RedisServer;
let proxy: FaultProxy;

beforeEach(async () => {
  server = await startRedis();
  proxy = await startFaultProxy({ target: server });
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await server.stop();
});

/** A provider over a brought client that connects through the proxy, warmed up. */
async function throughProxy(
  driver: Driver,
  options?: object,
): Promise<AsyncDisposable & { provider: AnyRedis }> {
  const opened = await driver.open(proxy, options);
  const provider = redis({ client: opened.client, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  await giveBack(provider, await take(provider, request("warm")));
  const dispose = async (): Promise<void> => {
    await provider[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  };
  return { provider, [Symbol.asyncDispose]: dispose };
}

describe.each(drivers)("faults through $name", (driver) => {
  test("a reply that never comes rejects by our own timeout, unknown", async () => {
    await using context = await throughProxy(driver);
    const { provider } = context;
    proxy.drop("to-client");
    const asked = request("a");
    const startedAtMs = performance.now();
    const error = await faultOf(provider.tryAcquire(asked));
    expect(performance.now() - startedAtMs).toBeLessThan(COMMAND_TIMEOUT_MS * 3);
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown", lockName: "a" });
    expect(await provider.release({ ...asked, inDoubt: true })).toBe("unknown");
    expect((await provider.renew([asked]))[0]).toMatchObject({ status: "unknown" });
    await until("the release took effect", async () => {
      return (await server.command("EXISTS", "holdfast:{a}")) === 0;
    });
  });

  test("a request that arrives after its release makes no ghost", async () => {
    await using context = await throughProxy(driver);
    await using other = await driver.open(server);
    const releasing = redis({ client: other.client });
    proxy.hold("to-server");
    const asked = request("a", { ttlMs: 60_000 });
    expect(await faultOf(context.provider.tryAcquire(asked))).toMatchObject({ outcome: "unknown" });
    expect(await releasing.release({ ...asked, inDoubt: true })).toBe("absent");
    await server.command("CONFIG", "RESETSTAT");
    proxy.deliver("to-server");
    await until("the late request arrived", async () => {
      return String(await server.command("INFO", "commandstats")).includes("cmdstat_evalsha");
    });
    expect(await server.command("EXISTS", "holdfast:{a}")).toBe(0);
    await take(releasing, request("a"));
    await releasing[Symbol.asyncDispose]();
  });

  test("a server that is stopped and goes on keeps no ghost of a timed-out acquire", async () => {
    await using context = await throughProxy(driver);
    const { provider } = context;
    await server.pause();
    const asked = request("a", { ttlMs: 60_000 });
    expect(await faultOf(provider.tryAcquire(asked))).toMatchObject({ outcome: "unknown" });
    expect(await provider.release({ ...asked, inDoubt: true })).toBe("unknown");
    await server.resume();
    await until("the release was answered", async () => {
      return (await provider.release({ ...asked, inDoubt: true })) !== "unknown";
    });
    expect(await server.command("EXISTS", "holdfast:{a}")).toBe(0);
  });

  test("nothing is sent while not connected, so the outcome is not-applied", async () => {
    await using context = await throughProxy(driver);
    const { provider } = context;
    await server.kill();
    await until("the driver noticed", async () => {
      const error = await faultOf(provider.tryAcquire(request("a")));
      expect(error.code).toBe("BACKEND_UNAVAILABLE");
      return error.outcome === "not-applied";
    });
    await server.restart({ keepData: true });
    await until("the driver is back", async () => {
      return (await provider.ping().catch(() => "down")) !== "down";
    });
    await take(provider, request("a"));
    expect(await server.command("DBSIZE")).toBe(2);
  });

  test("a connection killed in the middle grants once, to one holder, and the release is in doubt", async () => {
    await using context = await throughProxy(driver);
    const { provider } = context;
    // The request is on the server and its reply is not: then the connection breaks.
    proxy.hold("to-client");
    const asked = request("a", { ttlMs: 60_000 });
    const answer = Promise.resolve(provider.tryAcquire(asked)).catch((error: unknown) => error);
    await until("the reply is on its way", () => proxy.traffic("to-client").waitingBytes > 0);
    const token = String(await server.command("GET", "holdfast:fence"));
    proxy.reset();
    await proxy.heal();
    const settled = await answer;
    if (settled instanceof Error) {
      expect(settled).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
    } else {
      expect(settled).toMatchObject({ granted: true });
      expect(String((settled as { fencingToken: bigint }).fencingToken)).toBe(token);
    }
    expect(await server.command("GET", "holdfast:fence")).toBe(token);
  });
});

test("ioredis sends a copy after a reconnect: same grant, and a release that leaves a tombstone", async () => {
  await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
  const { provider } = context;
  // Lost on the way back, so that only the copy is answered.
  proxy.drop("to-client");
  const asked = request("a", { ttlMs: 60_000 });
  const answer = Promise.resolve(provider.tryAcquire(asked));
  await until("the reply was lost", () => proxy.traffic("to-client").lostBytes > 0);
  // A connection that lost something is reset.
  await proxy.heal();
  const grant = await answer;
  if (!grant.granted) throw new Error("the copy must be granted as the first was");
  expect(grant.state).toBe("doubtful");
  expect(await giveBack(provider, grant)).toBe("released");
  expect(await server.command("EXISTS", `holdfast:{a}:t:${asked.holderId}`)).toBe(1);
});

test("core gives a doubtful grant back as in doubt, so the copy's twin finds a tombstone", async () => {
  await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
  const locks = createLocks({ provider: context.provider });
  proxy.drop("to-client");
  const acquiring = locks.acquire("a");
  await until("the reply was lost", () => proxy.traffic("to-client").lostBytes > 0);
  await proxy.heal();
  const lease = await acquiring;
  expect(await lease.release()).toBe("released");
  const keys = (await server.command("KEYS", "*")) as string[];
  expect(keys.filter((key) => key.startsWith("holdfast:{a}:t:"))).toHaveLength(1);
  expect(keys).not.toContain("holdfast:{a}");
  await locks.close();
});

test("G-06 a refusal of the driver's second copy tells nothing of the first, which finds a tombstone", async () => {
  await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
  const { provider } = context;
  await server.command("SET", "holdfast:{a}", "another:1:1700000000000:", "PX", 60_000);
  const asked = request("a");
  proxy.drop("to-client");
  const answer = faultOf(Promise.resolve(provider.tryAcquire(asked)));
  await until("the reply was lost", () => proxy.traffic("to-client").lostBytes > 0);
  await proxy.heal();
  expect(await answer).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
});

describe("a command that the driver sends again after it took effect", () => {
  /** Lets a command take effect, loses its reply, and connects anew. */
  async function sentTwice<Result>(send: () => PromiseLike<Result>): Promise<Result> {
    const lostBytes = proxy.traffic("to-client").lostBytes;
    proxy.drop("to-client");
    const answer = Promise.resolve(send());
    await until("the reply was lost", () => proxy.traffic("to-client").lostBytes > lostBytes);
    await proxy.heal();
    return await answer;
  }

  test("a release that finds nothing is unknown, and settles when it is asked again", async () => {
    await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
    const { provider } = context;
    const grant = await take(provider, request("a", { ttlMs: 60_000 }));
    expect(await sentTwice(() => giveBack(provider, grant))).toBe("unknown");
    expect(await server.command("EXISTS", "holdfast:{a}")).toBe(0);
    const inDoubt = { ...grant, inDoubt: true };
    expect(await sentTwice(async () => provider.release(inDoubt))).toBe("unknown");
    expect(await provider.release(inDoubt)).toBe("absent");
  });

  test("core answers unknown and releases in doubt behind it", async () => {
    await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
    const locks = createLocks({ provider: context.provider });
    const lease = await locks.acquire("a");
    expect(await sentTwice(() => lease.release())).toBe("unknown");
    await until("the release in doubt left its tombstone", async () => {
      const keys = (await server.command("KEYS", "holdfast:{a}:t:*")) as string[];
      return keys.length === 1;
    });
    expect(await locks.close()).toEqual({ inDoubt: [] });
  });

  test("a break that finds nothing rejects as unknown, since it may have been the one", async () => {
    await using context = await throughProxy(ioredis6, { retryStrategy: () => 10 });
    const { provider } = context;
    await take(provider, request("a", { ttlMs: 60_000 }));
    const { incarnation = "" } = await provider.inspect("a");
    // The server must know the script, or the reply that is lost is the one that asks for it.
    await provider.breakLock("warm", { incarnation });
    const error = await faultOf(sentTwice(() => provider.breakLock("a", { incarnation })));
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown", lockName: "a" });
    expect(await provider.breakLock("a", { incarnation })).toBe(false);
  });
});
