import { createLocks } from "@holdfast/core";
import { type RedisServer, startRedis } from "@holdfast/test-servers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { ACQUIRE } from "../src/scripts.ts";
import { type DriverClient, drivers, ioredis6 } from "./drivers.ts";
import { type AnyRedis, faultOf, giveBack, request, take } from "./requests.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.stop();
});

/** Calls of each top-level command since the statistics were reset. */
async function topLevelCalls(): Promise<Record<string, number>> {
  const stats = String(await server.command("INFO", "commandstats"));
  const calls: Record<string, number> = {};
  for (const [, command = "", count] of stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)) {
    if (["evalsha", "eval", "script", "multi", "client"].includes(command)) {
      calls[command] = Number(count);
    }
  }
  return calls;
}

describe.each(drivers)("one server through $name", (driver) => {
  let opened: DriverClient;
  let provider: AnyRedis;

  beforeAll(async () => {
    opened = await driver.open(server);
    provider = redis({ client: opened.client });
  });

  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await server.command("FLUSHALL");
  });

  test("a second holder is refused with the time that is left, and granted after the release", async () => {
    const first = await take(provider, request("a", { ttlMs: 5_000 }));
    expect(first.validMs).toBe(5_000);
    const refusal = await provider.tryAcquire(request("a"));
    expect(refusal).toMatchObject({ granted: false, why: "held" });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(4_000);
    expect(await giveBack(provider, first)).toBe("released");
    expect(await giveBack(provider, first)).toBe("absent");
    const second = await take(provider, request("a"));
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken as bigint);
  });

  test("an uncontended cycle is exactly two top-level commands, fencing included", async () => {
    await giveBack(provider, await take(provider, request("warm")));
    await server.command("CONFIG", "RESETSTAT");
    for (let cycle = 0; cycle < 10; cycle += 1) {
      await giveBack(provider, await take(provider, request("a")));
    }
    expect(await topLevelCalls()).toEqual({ evalsha: 20 });
  });

  test("a copy of a granted request gets the same token, and the ttl starts anew", async () => {
    const asked = request("a", { ttlMs: 60_000 });
    const grant = await take(provider, asked);
    await server.command("PEXPIRE", "holdfast:{a}", 500);
    const copy = await take(provider, asked);
    expect(copy.fencingToken).toBe(grant.fencingToken);
    expect(Number(await server.command("PTTL", "holdfast:{a}"))).toBeGreaterThan(59_000);
  });

  test("a wrong owner neither releases, nor renews, nor raises, nor shortens", async () => {
    const grant = await take(provider, request("a", { ttlMs: 60_000 }));
    const foreign = request("a", { ttlMs: 100 });
    // A holderId that begins like the right one is the hard case of comparing a prefix.
    const { holderId } = grant;
    for (const wrong of [foreign.holderId, holderId.slice(0, -1), `${holderId}x`]) {
      const claim = { name: "a", holderId: wrong, ttlMs: 100 };
      expect(await provider.release({ ...claim, inDoubt: false })).toBe("absent");
      expect(await provider.release({ ...claim, inDoubt: true })).toBe("absent");
      const outcomes = await provider.renew([claim, { ...claim, raiseFenceTo: 2n ** 52n }]);
      expect(outcomes).toEqual([
        { status: "lost", why: "taken" },
        { status: "lost", why: "taken" },
      ]);
    }
    expect(Number(await server.command("PTTL", "holdfast:{a}"))).toBeGreaterThan(59_000);
    expect(await server.command("GET", "holdfast:fence")).toBe(String(grant.fencingToken));
  });

  test("renewing prolongs what is held, in one command for many, and never creates", async () => {
    const names = Array.from({ length: 600 }, (_, index) => `name-${index}`);
    const held = await Promise.all(names.map((name) => take(provider, request(name))));
    await server.command("DEL", "holdfast:{name-7}");
    await provider.renew(held.slice(0, 1));
    await server.command("CONFIG", "RESETSTAT");
    const outcomes = await provider.renew(held.map((grant) => ({ ...grant, ttlMs: 90_000 })));
    expect(outcomes).toHaveLength(600);
    expect(outcomes[7]).toEqual({ status: "lost", why: "absent" });
    expect(outcomes[8]).toMatchObject({
      status: "renewed",
      validMs: 90_000,
      fencingToken: held[8]?.fencingToken,
    });
    expect(await topLevelCalls()).toEqual({ evalsha: 2 });
    expect(Number(await server.command("PTTL", "holdfast:{name-8}"))).toBeGreaterThan(80_000);
    expect(await server.command("EXISTS", "holdfast:{name-7}")).toBe(0);
  });

  test("one item of a batch that fails spares the others", async () => {
    const good = await take(provider, request("good"));
    await server.command("HSET", "holdfast:{hash}", "field", "value");
    const [outcome, strange] = await provider.renew([good, request("hash")]);
    expect(outcome?.status).toBe("renewed");
    expect(strange?.status).toBe("unknown");
    expect(await provider.renew([])).toEqual([]);
  });

  test("a lost script cache between any two operations is not noticed", async () => {
    const flush = (): Promise<unknown> => server.command("SCRIPT", "FLUSH");
    await flush();
    const grant = await take(provider, request("a", { description: "test" }));
    await flush();
    expect((await provider.renew([grant]))[0]?.status).toBe("renewed");
    await flush();
    expect(await provider.inspect("a")).toMatchObject({ held: true, description: "test" });
    await flush();
    expect(await giveBack(provider, grant)).toBe("released");
    await flush();
    expect(await provider.release({ ...grant, inDoubt: true })).toBe("absent");
    await flush();
    expect(await provider.breakLock("a", { incarnation: "any" })).toBe(false);
  });

  test("inspect tells what is known and never the holderId; break ends what was inspected", async () => {
    expect(await provider.inspect("a")).toEqual({ name: "a", held: false, waiters: 0 });
    const wallMs = Date.now();
    const description = "host:1 a}b%: ünïcode";
    const grant = await take(provider, request("a", { description }));
    const state = await provider.inspect("a");
    expect(state).toMatchObject({ held: true, fencingToken: grant.fencingToken, description });
    expect(Math.abs((state.sinceMs ?? 0) - wallMs)).toBeLessThan(2_000);
    expect(state.remainingMs).toBeGreaterThan(9_000);
    expect(JSON.stringify({ ...state, fencingToken: "" })).not.toContain(grant.holderId);
    const incarnation = state.incarnation ?? "";
    await giveBack(provider, grant);
    const successor = await take(provider, request("a"));
    expect(await provider.breakLock("a", { incarnation })).toBe(false);
    expect((await provider.inspect("a")).fencingToken).toBe(successor.fencingToken);
    const present = (await provider.inspect("a")).incarnation ?? "";
    expect(await provider.breakLock("a", { incarnation: present })).toBe(true);
    expect(await provider.inspect("a")).toEqual({ name: "a", held: false, waiters: 0 });
  });

  test("a tombstoned holder is refused, so that a late request leaves no ghost", async () => {
    const asked = request("a");
    expect(await provider.release({ ...asked, inDoubt: true })).toBe("absent");
    const tombstone = `holdfast:{a}:t:${asked.holderId}`;
    expect(Number(await server.command("PTTL", tombstone))).toBeGreaterThan(59_000);
    const error = await faultOf(provider.tryAcquire(asked));
    expect(error).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
    expect(await server.command("EXISTS", "holdfast:{a}")).toBe(0);
  });

  test("tokens rise on after everything was flushed", async () => {
    const before = await take(provider, request("a"));
    await server.command("FLUSHALL");
    const after = await take(provider, request("a"));
    expect(after.fencingToken).toBeGreaterThan(before.fencingToken as bigint);
  });

  test("tokens rise on where the server's clock is behind its counter, exactly by one", async () => {
    const ahead = 2n ** 52n + 1n;
    await server.command("SET", "holdfast:fence", String(ahead));
    expect((await take(provider, request("a"))).fencingToken).toBe(ahead + 1n);
    expect((await take(provider, request("b"))).fencingToken).toBe(ahead + 2n);
  });

  test("a fence counter at its largest ends granting, and leaves no lock: no token comes twice", async () => {
    const largest = BigInt(Number.MAX_SAFE_INTEGER);
    await server.command("SET", "holdfast:fence", String(largest - 1n));
    const last = await take(provider, request("a"));
    expect(last.fencingToken).toBe(largest);
    for (const counter of [largest, largest + 2n, 10n ** 30n]) {
      await server.command("SET", "holdfast:fence", String(counter));
      const error = await faultOf(provider.tryAcquire(request("b")));
      expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
      expect(error.message).toMatch(/FENCEMAX: the fence counter .* 2\^53/);
      expect(await server.command("GET", "holdfast:fence")).toBe(String(counter));
    }
    expect(await server.command("EXISTS", "holdfast:{b}")).toBe(0);
    expect((await provider.renew([last]))[0]).toMatchObject({ status: "renewed" });
  });

  test("only fence counters and tombstones stay, and tombstones expire", async () => {
    const grant = await take(provider, request("a"));
    await provider.renew([grant]);
    await giveBack(provider, grant);
    const doubtful = request("b");
    await take(provider, doubtful);
    expect(await provider.release({ ...doubtful, inDoubt: true })).toBe("released");
    const keys = (await server.command("KEYS", "*")) as string[];
    expect([...keys].sort()).toEqual(["holdfast:fence", `holdfast:{b}:t:${doubtful.holderId}`]);
  });

  test("an aborted signal sends nothing; one aborted in flight rejects at once, unknown", async () => {
    const reason = new Error("enough");
    await server.command("CONFIG", "RESETSTAT");
    const unsent = await faultOf(
      provider.tryAcquire(request("a", { signal: AbortSignal.abort(reason) })),
    );
    expect(unsent).toMatchObject({ code: "ABORTED", outcome: "not-applied", cause: reason });
    expect(await topLevelCalls()).toEqual({});
    const controller = new AbortController();
    const pending = faultOf(provider.tryAcquire(request("a", { signal: controller.signal })));
    controller.abort(reason);
    expect(await pending).toMatchObject({ code: "ABORTED", outcome: "unknown", cause: reason });
  });

  test("without fencing there is no token, no counter, and the same exclusion", async () => {
    const unfenced = redis({ client: opened.client, fencing: false });
    expect(unfenced.capabilities.fencing).toBe("none");
    const asked = request("a");
    const grant = await take(unfenced, asked);
    expect(grant.fencingToken).toBeUndefined();
    expect((await unfenced.renew([grant]))[0]).toMatchObject({ fencingToken: undefined });
    expect(await provider.tryAcquire(request("a"))).toMatchObject({ granted: false });
    expect(await take(unfenced, asked)).toMatchObject({ granted: true });
    expect(await giveBack(unfenced, grant)).toBe("released");
    expect(await server.command("KEYS", "*")).toEqual([]);
    await unfenced[Symbol.asyncDispose]();
  });

  test("names that a hash tag could confuse do not exclude each other", async () => {
    const names = ["a", "a}", "a%7D", "{a}", "a:t:x", "a:f", "ünï/çødé", " "];
    const grants = await Promise.all(names.map((name) => take(provider, request(name))));
    expect(new Set(grants.map(({ fencingToken }) => fencingToken)).size).toBe(names.length);
  });

  test("disposing leaves the client that was brought, with no listener of ours", async () => {
    const counts = (): number[] =>
      ["ready", "error", "close", "end"].map((event) => opened.client.listenerCount(event));
    const before = counts();
    const other = redis({ client: opened.client });
    await other.ping();
    await other[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    expect(counts()).toEqual(before);
    const refused = await faultOf(other.tryAcquire(request("a")));
    expect(refused).toMatchObject({ code: "PROVIDER_CLOSED", outcome: "not-applied" });
    await provider.ping();
  });
});

test("a shorter ttlMsMax shortens the ttl that core asks for by itself", async () => {
  await using opened = await ioredis6.open(server);
  const locks = createLocks({ provider: redis({ client: opened.client, ttlMsMax: 8_000 }) });
  const lease = await locks.acquire("short");
  expect(lease.ttlMs).toBe(8_000);
  expect(Number(await server.command("PTTL", "holdfast:{short}"))).toBeLessThanOrEqual(8_000);
  await expect(locks.acquire("short", { ttlMs: 8_001 })).rejects.toThrow(/ttlMs .* 8_?000/);
  expect(await lease.release()).toBe("released");
  await locks.close();
});

test("every script is known to the server by the hash that we compute", async () => {
  expect(await server.command("SCRIPT", "LOAD", ACQUIRE.text)).toBe(ACQUIRE.sha);
});
