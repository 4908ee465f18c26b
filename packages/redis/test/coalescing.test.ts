import { getEventListeners } from "node:events";
import type { AcquireRequest, Grant, Refusal } from "@holdfast/core";
import {
  type FaultProxy,
  type RedisServer,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { type Driver, type DriverClient, drivers, ioredis6 } from "./drivers.ts";
import { type AnyRedis, faultOf, giveBack, request, take } from "./requests.ts";

const COMMAND_TIMEOUT_MS = 250;
/** Sent by themselves before others are gathered. */
const SINGLES = 2;
const BATCH_ITEMS = 100;

let server: RedisServer;
let proxy: FaultProxy;
let opened: DriverClient;
let provider: AnyRedis;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.stop();
  // ioredis keeps one of two seconds when it is disconnected from a server that is gone.
  await until("no timer is left", () => !process.getActiveResourcesInfo().includes("Timeout"));
});

async function openThrough(driver: Driver): Promise<void> {
  await server.command("FLUSHALL");
  proxy = await startFaultProxy({ target: server });
  opened = await driver.open(proxy);
  provider = redis({ client: opened.client, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  await until("it is connected", () => isConnected(provider));
  const warm = await Promise.all(askFor("warm", SINGLES + 2));
  for (const answer of warm) await giveBack(provider, answer as Grant);
  await server.command("CONFIG", "RESETSTAT");
}

function abortable(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error("enough")) };
}

function isConnected(asked: AnyRedis): Promise<boolean> {
  return asked.ping().then(
    () => true,
    () => false,
  );
}

async function close(): Promise<void> {
  await provider[Symbol.asyncDispose]();
  await opened[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
}

/** Asks for so many locks of their own at once. */
function askFor(prefix: string, count: number): Promise<Grant | Refusal>[] {
  return Array.from({ length: count }, (_, index) =>
    provider.tryAcquire(request(`${prefix}-${index}`)),
  );
}

/** What is asked for behind these is gathered. */
function fill(): Promise<readonly (Grant | Refusal)[]> {
  return Promise.all(askFor("fill", SINGLES));
}

async function commandCount(): Promise<number> {
  const stats = String(await server.command("INFO", "commandstats"));
  let count = 0;
  for (const [, calls] of stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)) {
    count += Number(calls);
  }
  return count;
}

async function hasLock(name: string): Promise<boolean> {
  return (await server.command("EXISTS", `holdfast:{${name}}`)) === 1;
}

describe.each(drivers)("calls at one time through $name", (driver) => {
  beforeEach(() => openThrough(driver));
  afterEach(close);

  test("of 64 the first are sent by themselves, the others in one command", async () => {
    const answers = await Promise.all(askFor("n", 64));
    expect(await commandCount()).toBe(SINGLES + 1);
    const tokens = answers.map((answer) => (answer as Grant).fencingToken);
    expect(new Set(tokens).size).toBe(64);
    const released = await Promise.all(
      answers.map((answer) => giveBack(provider, answer as Grant)),
    );
    expect(new Set(released)).toEqual(new Set(["released"]));
    expect(await commandCount()).toBeLessThanOrEqual(2 * (SINGLES + 1));
    expect(await server.command("KEYS", "*")).toEqual(["holdfast:fence"]);
  });

  test("each lock is really taken, by its holder and for its ttl", async () => {
    const asked = [5_000, 50_000, 500_000].map((ttlMs, at) => request(`t-${at}`, { ttlMs }));
    const [, grants] = await Promise.all([
      fill(),
      Promise.all(asked.map((each) => take(provider, each))),
    ]);
    for (const [at, { name, holderId, ttlMs }] of asked.entries()) {
      expect(grants[at]).toMatchObject({ name, holderId, ttlMs, validMs: ttlMs });
      const value = String(await server.command("GET", `holdfast:{${name}}`));
      expect(value.startsWith(`${holderId}:${grants[at]?.fencingToken}:`)).toBe(true);
      const leftMs = Number(await server.command("PTTL", `holdfast:{${name}}`));
      expect(leftMs).toBeGreaterThan(ttlMs - 4_000);
      expect(leftMs).toBeLessThanOrEqual(ttlMs);
    }
  });

  test("G-06 each gets its own outcome, and a bad one fails alone", async () => {
    const held = await take(provider, request("held", { ttlMs: 60_000 }));
    const late = request("late");
    await provider.release({ ...late, inDoubt: true });
    await server.command("SET", "holdfast:{bad}:q", "no queue");
    await server.command("HSET", "holdfast:{hash}", "field", "value");
    await server.command("CONFIG", "RESETSTAT");
    const filled = fill();
    const answers = await Promise.all([
      provider.tryAcquire(request("free")),
      faultOf(provider.tryAcquire(request("bad"))),
      provider.tryAcquire(request("held")),
      faultOf(provider.tryAcquire(late)),
      provider.tryAcquire(request("hash")),
      provider.release({ ...request("held"), inDoubt: false }),
      provider.tryAcquire(request("twice")),
      provider.tryAcquire(request("twice")),
      giveBack(provider, held),
    ]);
    await filled;
    expect(await commandCount()).toBe(SINGLES + 1);
    const rejected = { code: "BACKEND_REJECTED", outcome: "not-applied", lockName: "bad" };
    expect(answers).toMatchObject([
      { granted: true, name: "free" },
      rejected,
      { granted: false, why: "held" },
      { code: "ABORTED", outcome: "not-applied", lockName: "late" },
      { granted: false, why: "held" },
      "absent",
      { granted: true },
      { granted: false, why: "held" },
      "released",
    ]);
    expect(String(answers[1])).toContain("WRONGTYPE");
    expect((answers[2] as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });

  test("what refuses every token refuses no release", async () => {
    const held = await take(provider, request("held"));
    await server.command("SET", "holdfast:fence", String(Number.MAX_SAFE_INTEGER));
    const filled = Promise.allSettled(askFor("fill", SINGLES));
    const [error, outcome] = await Promise.all([
      faultOf(provider.tryAcquire(request("free"))),
      giveBack(provider, held),
    ]);
    await filled;
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect(error.message).toContain("FENCEMAX");
    expect(outcome).toBe("released");
  });

  test("a release and the next acquire of one name are done in the order of the calls", async () => {
    const held = await take(provider, request("a"));
    const filled = fill();
    const [early, outcome, late] = await Promise.all([
      provider.tryAcquire(request("a")),
      giveBack(provider, held),
      provider.tryAcquire(request("a")),
    ]);
    await filled;
    expect([early.granted, outcome, late.granted]).toEqual([false, "released", true]);
    expect((late as Grant).fencingToken).toBeGreaterThan(held.fencingToken as bigint);
  });

  test("a full batch does not wait", async () => {
    const answers = await Promise.all(askFor("n", SINGLES + 2 * BATCH_ITEMS + 50));
    expect(answers.every(({ granted }) => granted)).toBe(true);
    expect(await commandCount()).toBe(SINGLES + 3);
  });

  test("one that waits alone is sent by itself", async () => {
    const [, grant] = await Promise.all([fill(), take(provider, request("a"))]);
    expect(await commandCount()).toBe(SINGLES + 1);
    expect(await giveBack(provider, grant)).toBe("released");
  });

  test("an abort before the send sends nothing, and leaves no listener", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    const filled = fill();
    const others = Promise.all([
      provider.tryAcquire(request("b")),
      provider.tryAcquire(request("c")),
    ]);
    const error = faultOf(provider.tryAcquire(request("a", { signal })));
    const early = faultOf(provider.tryAcquire(request("d", { signal: AbortSignal.abort(reason) })));
    controller.abort(reason);
    const aborted = { code: "ABORTED", outcome: "not-applied", cause: reason };
    expect(await error).toMatchObject({ ...aborted, lockName: "a" });
    expect(await early).toMatchObject({ ...aborted, lockName: "d" });
    expect((await others).map(({ granted }) => granted)).toEqual([true, true]);
    await filled;
    expect(await commandCount()).toBe(SINGLES + 1);
    expect([await hasLock("a"), await hasLock("d")]).toEqual([false, false]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("an abort of calls that share a signal sends none that waited", async () => {
    const { signal, abort } = abortable();
    proxy.hold("to-server");
    const asked = Array.from({ length: SINGLES + 3 }, (_, at) => request(`n-${at}`, { signal }));
    const answers = asked.map((each) => faultOf(provider.tryAcquire(each)));
    abort();
    const outcomes = (await Promise.all(answers)).map(({ code, outcome }) => `${code} ${outcome}`);
    const sent = Array.from({ length: SINGLES }, () => "ABORTED unknown");
    expect(outcomes).toEqual([...sent, ...Array.from({ length: 3 }, () => "ABORTED not-applied")]);
    proxy.deliver("to-server");
    await provider.ping();
    expect(await commandCount()).toBe(SINGLES);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("after the answer nobody listens to the signal any more", async () => {
    const { signal } = new AbortController();
    const asked = Array.from({ length: SINGLES + 3 }, (_, at) => request(`n-${at}`, { signal }));
    await Promise.all(asked.map((each) => provider.tryAcquire(each)));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("an abort after the send is unknown, and the others of the batch are answered", async () => {
    const controller = new AbortController();
    proxy.hold("to-client");
    const filled = fill();
    const pending = faultOf(provider.tryAcquire(request("a", { signal: controller.signal })));
    const others = Promise.all(askFor("n", BATCH_ITEMS - 1));
    await until("the batch was done", () => hasLock("a"));
    controller.abort();
    expect(await pending).toMatchObject({ code: "ABORTED", outcome: "unknown", lockName: "a" });
    proxy.deliver("to-client");
    expect((await others).every(({ granted }) => granted)).toBe(true);
    await filled;
  });

  test("a lost script cache is not noticed", async () => {
    await server.command("SCRIPT", "FLUSH");
    const answers = await Promise.all([...(await fill()), ...askFor("n", 10)]);
    await server.command("SCRIPT", "FLUSH");
    const released = await Promise.all(
      answers.map((answer) => giveBack(provider, answer as Grant)),
    );
    expect(new Set(released)).toEqual(new Set(["released"]));
  });

  test("an error of the whole is each one's: what comes instead of the script did nothing", async () => {
    const filled = fill();
    await filled;
    await server.command("ACL", "SETUSER", "default", "-evalsha");
    const errors = await Promise.all(
      Array.from({ length: SINGLES + 3 }, (_, at) =>
        faultOf(provider.tryAcquire(request(`n-${at}`))),
      ),
    );
    await server.command("ACL", "SETUSER", "default", "+evalsha");
    for (const [at, error] of errors.entries()) {
      const expected = { code: "BACKEND_REJECTED", outcome: "not-applied", lockName: `n-${at}` };
      expect(error).toMatchObject(expected);
    }
  });

  test("without a reply each is told within two timeouts: its own begins with its send", async () => {
    proxy.drop("to-client");
    const filled = Promise.all(
      ["a", "b"].map((name) => faultOf(provider.tryAcquire(request(name)))),
    );
    const startedAtMs = performance.now();
    const behind = [request("c"), request("d")];
    const errors = await Promise.all(behind.map((each) => faultOf(provider.tryAcquire(each))));
    const tookMs = performance.now() - startedAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(2 * COMMAND_TIMEOUT_MS - 5);
    expect(tookMs).toBeLessThan(4 * COMMAND_TIMEOUT_MS);
    for (const error of [...errors, ...(await filled)]) {
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
    }
    for (const each of behind) {
      expect(await provider.release({ ...each, inDoubt: true })).toBe("unknown");
    }
    await until("what was in doubt is free", async () => !(await hasLock("c")));
    await proxy.heal();
    await until("it is connected again", () => isConnected(provider));
  });

  test("disposing tells those that were not sent, and the others are answered", async () => {
    proxy.hold("to-client");
    const filled = fill();
    const errors = Promise.all([
      faultOf(provider.tryAcquire(request("a"))),
      faultOf(provider.tryAcquire(request("b"))),
    ]);
    const released = provider.release({ ...request("c"), inDoubt: false });
    await provider[Symbol.asyncDispose]();
    for (const error of await errors) {
      expect(error).toMatchObject({ code: "PROVIDER_CLOSED", outcome: "not-applied" });
    }
    expect(await released).toBe("unknown");
    proxy.deliver("to-client");
    expect((await filled).every(({ granted }) => granted)).toBe(true);
    expect([await hasLock("a"), await hasLock("b")]).toEqual([false, false]);
  });
});

describe.each(drivers)("a server that dies under a batch, through $name", (driver) => {
  test("what was sent is unknown, what was gathered was not applied", async () => {
    const mortal = await startRedis();
    const path = await startFaultProxy({ target: mortal });
    await using client = await driver.open(path);
    const doomed = redis({ client: client.client, commandTimeoutMs: COMMAND_TIMEOUT_MS });
    await until("it is connected", () => isConnected(doomed));
    await giveBack(doomed, await take(doomed, request("warm")));
    path.hold("to-client");
    const ask = (asked: AcquireRequest) => faultOf(doomed.tryAcquire(asked));
    const sent = Array.from({ length: SINGLES + BATCH_ITEMS }, (_, at) => ask(request(`s-${at}`)));
    const gathered = Array.from({ length: 5 }, (_, at) => ask(request(`g-${at}`)));
    await until("the singles were done", async () => {
      return (await mortal.command("EXISTS", "holdfast:{s-1}")) === 1;
    });
    await mortal.kill();
    path.reset();
    for (const error of await Promise.all(sent)) {
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
    }
    for (const error of await Promise.all(gathered)) {
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
    }
    await path.heal();
    await mortal.restart({ keepData: false });
    await until("it is connected again", () => isConnected(doomed));
    expect(await mortal.command("DBSIZE")).toBe(0);
    await doomed[Symbol.asyncDispose]();
    await path[Symbol.asyncDispose]();
    await mortal.stop();
  });
});

describe("other kinds of providers", () => {
  beforeEach(() => openThrough(ioredis6));
  afterEach(close);

  test("without fencing a batch grants without tokens", async () => {
    const unfenced = redis({ client: opened.client, fencing: false });
    await server.command("DEL", "holdfast:fence");
    const names = Array.from({ length: 10 }, (_, at) => `n-${at}`);
    const grants = await Promise.all(names.map((name) => take(unfenced, request(name))));
    expect(grants.every(({ fencingToken }) => fencingToken === undefined)).toBe(true);
    expect(await server.command("EXISTS", "holdfast:fence")).toBe(0);
    expect(await provider.tryAcquire(request("n-9"))).toMatchObject({ granted: false });
    await unfenced[Symbol.asyncDispose]();
  });

  test("a quorum's member sends each vote and each release by itself, in their order", async () => {
    const membership = {
      fingerprint: "1:10000",
      restartGuardMs: 0,
      proposalSlackMs: 1_000,
      fenceTtlMs: 600_000,
    };
    const { provider: member } = await provider.asMember(membership);
    const asked = Array.from({ length: 20 }, (_, at) => request(`n-${at}`));
    await member.tryAcquire(request("warm"));
    await server.command("CONFIG", "RESETSTAT");
    const votes = await Promise.all(asked.map((each) => member.tryAcquire(each)));
    for (const vote of votes) expect(vote).toMatchObject({ granted: true });
    const released = Promise.all(asked.map((each) => member.release({ ...each, inDoubt: false })));
    expect(await member.tryAcquire(request("n-19"))).toMatchObject({ granted: true });
    expect(new Set(await released)).toEqual(new Set(["released"]));
    expect(await commandCount()).toBe(2 * asked.length + 1);
    expect(await server.command("KEYS", "holdfast:{n-*}")).toEqual(["holdfast:{n-19}"]);
  });
});
