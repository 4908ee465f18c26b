import type { Clock, EnqueueRequest, Grant, Refusal, Timer } from "@holdfast/core";
import { createLocks, systemClock } from "@holdfast/core";
import { type RedisServer, startFaultProxy, startRedis, until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { type DriverClient, drivers, ioredis6, nodeRedis6 } from "./drivers.ts";
import { type AnyRedis, faultOf, giveBack, request, take } from "./requests.ts";

const KEY = "holdfast:{a}";
/** Generous for a busy machine. */
const LATE_MS = 700;

let server: RedisServer;
const opened: DriverClient[] = [];
const providers: AnyRedis[] = [];

beforeAll(async () => {
  server = await startRedis({
    users: [
      { name: "deaf", password: "deaf", rules: "~* &* +@all -subscribe" },
      { name: "mute", password: "mute", rules: "~* resetchannels +@all" },
    ],
  });
});

afterAll(async () => {
  await server.stop();
});

beforeEach(async () => {
  await server.command("FLUSHALL");
});

afterEach(async () => {
  for (const provider of providers.splice(0)) await provider[Symbol.asyncDispose]();
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

/** Of the provider, beside where its client connects to. */
interface Own {
  readonly at?: { readonly host: string; readonly port: number };
  readonly clock?: Clock;
  readonly fencing?: boolean;
  readonly commandTimeoutMs?: number;
}

async function provide(driver = ioredis6, options: object = {}, { at = server, ...own }: Own = {}) {
  const client = await driver.open(at, options);
  const provider = redis({ client: client.client, ...own }) as AnyRedis;
  opened.push(client);
  providers.push(provider);
  await until("it is connected", () =>
    provider.ping().then(
      () => true,
      () => false,
    ),
  );
  return provider;
}

/** A place in the queue of `a`, once the server has it. */
async function wait(
  provider: AnyRedis,
  more: Partial<EnqueueRequest> = {},
): Promise<{ asked: EnqueueRequest; answer: Promise<Grant | Refusal> }> {
  const asked = { signal: new AbortController().signal, ...request("a", more) } as EnqueueRequest;
  const answer = provider.enqueue(asked);
  answer.catch(() => {});
  await until("it is in the queue", async () => {
    return (await server.command("ZSCORE", `${KEY}:q`, asked.holderId)) !== null;
  });
  return { asked, answer };
}

async function granted(answer: Promise<Grant | Refusal>): Promise<Grant> {
  const grant = await answer;
  if (!grant.granted) throw new Error(`refused: ${grant.why}`);
  return grant;
}

async function calls(...commands: string[]): Promise<number[]> {
  const stats = String(await server.command("INFO", "commandstats"));
  return commands.map((command) => {
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  });
}

async function channelOf(holderId: string): Promise<string> {
  const entry = String(await server.command("HGET", `${KEY}:w`, holderId));
  return entry.slice(entry.indexOf(" ", entry.indexOf(" ") + 1) + 1, entry.indexOf("\n"));
}

describe.each(drivers)("the queue through $name", (driver) => {
  test("a release grants to the first and tells its process alone", async () => {
    const [holder, first, second] = [
      await provide(driver),
      await provide(driver),
      await provide(driver),
    ];
    const held = await take(holder, request("a"));
    const [one, two] = [await wait(first), await wait(second)];
    expect((await holder.inspect("a")).waiters).toBe(2);
    await server.command("CONFIG", "RESETSTAT");
    expect(await giveBack(holder, held)).toBe("released");
    const grant = await granted(one.answer);
    expect(await calls("publish", "subscribe")).toEqual([1, 0]);
    expect(grant).toMatchObject({ holderId: one.asked.holderId, ttlMs: 10_000, validMs: 3_000 });
    expect(grant.fencingToken).toBeGreaterThan(held.fencingToken as bigint);
    const [renewed] = await first.renew([grant]);
    expect(renewed).toMatchObject({ status: "renewed", validMs: 10_000 });
    await giveBack(first, grant);
    await giveBack(second, await granted(two.answer));
    expect(await server.command("KEYS", `${KEY}*`)).toEqual([]);
  });

  test("a hand-off costs one join and one release, beside heartbeats", async () => {
    const [one, other] = [await provide(driver), await provide(driver)];
    const locks = [one, other].map((provider) => createLocks({ provider, localHandoffMax: 0 }));
    const [left, right] = locks as [(typeof locks)[0], (typeof locks)[0]];
    const take10 = async (which: typeof left): Promise<void> => {
      for (let round = 0; round < 10; round += 1) {
        await which.using("a", () => new Promise((resolve) => setTimeout(resolve, 5)));
      }
    };
    await Promise.all([take10(left), take10(right)]);
    await server.command("CONFIG", "RESETSTAT");
    await Promise.all([take10(left), take10(right)]);
    const [evalshaCount = 0, evalCount = 0, publishCount = 0] = await calls(
      "evalsha",
      "eval",
      "publish",
    );
    // Twenty hand-offs, a heartbeat or two, and the first of each process that finds it free or not.
    expect(evalshaCount).toBeGreaterThanOrEqual(40);
    expect(evalshaCount).toBeLessThanOrEqual(44);
    expect(evalCount).toBe(0);
    expect(publishCount).toBeLessThanOrEqual(20);
    for (const each of locks) await each.close();
  });

  test("a hand-off is relied on at once, however long the ttl", async () => {
    const locks = [await provide(driver), await provide(driver)].map((provider) =>
      createLocks({ provider, ttlMs: 600_000, localHandoffMax: 0 }),
    );
    const [holder, waiter] = locks as [(typeof locks)[0], (typeof locks)[0]];
    const held = await holder.acquire("a");
    const waiting = waiter.acquire("a");
    await until(
      "it is in the queue",
      async () => (await server.command("ZCARD", `${KEY}:q`)) === 1,
    );
    await server.command("CONFIG", "RESETSTAT");
    await held.release();
    const lease = await waiting;
    lease.assertValid();
    // The fence and the lock, once: nothing was given back and asked for again.
    expect(await calls("set")).toEqual([2]);
    await lease.release();
  });

  test("G-01 the ticket of a hand-off is good for the ttl, though it was granted for less", async () => {
    const locksOf = async () =>
      createLocks({ provider: await provide(driver), ttlMs: 60_000, localHandoffMax: 0 });
    const [holder, waiter, heir] = [await locksOf(), await locksOf(), await locksOf()];
    const held = await holder.acquire("a");
    const waiting = waiter.acquire("a");
    await until(
      "it is in the queue",
      async () => (await server.command("ZCARD", `${KEY}:q`)) === 1,
    );
    await held.release();
    const ticket = (await waiting).detach();
    await waiter.close();
    expect(Number(await server.command("PTTL", KEY))).toBeGreaterThan(50_000);
    const adopted = await heir.adopt(ticket);
    expect(await adopted.release()).toBe("released");
  });

  test("two names of a process have their signs of life in one command", async () => {
    const [holder, waiter] = [await provide(driver), await provide(driver)];
    const names = ["a", "b"];
    const held = await Promise.all(names.map((name) => take(holder, request(name))));
    const { signal } = new AbortController();
    const asked = names.map((name) => request(name));
    const answers = asked.map((each) => waiter.enqueue({ ...each, signal }));
    await until("both are in their queues", async () => {
      const counts = names.map((name) => server.command("ZCARD", `holdfast:{${name}}:q`));
      return (await Promise.all(counts)).every((count) => count === 1);
    });
    const signs = () =>
      Promise.all(
        asked.map(({ name, holderId }) => server.command("HGET", `holdfast:{${name}}:w`, holderId)),
      );
    const joined = await signs();
    await server.command("CONFIG", "RESETSTAT");
    await until("both have given a sign of life", async () => {
      return (await signs()).every((sign, at) => sign !== joined[at]);
    });
    // And the script itself, where the server did not know it yet.
    const [evalshaCount, evalCount] = await calls("evalsha", "eval");
    expect(evalshaCount).toBe(1);
    expect(evalCount).toBeLessThanOrEqual(1);
    for (const grant of held) await giveBack(holder, grant);
    for (const answer of answers) await giveBack(waiter, await granted(answer));
  });

  test("one that is not to be renewed is granted its whole ttl", async () => {
    const [holder, waiter] = [await provide(driver), await provide(driver)];
    const held = await take(holder, request("a"));
    const { answer } = await wait(waiter, { renewable: false });
    await giveBack(holder, held);
    const grant = await granted(answer);
    expect(grant.validMs).toBe(10_000);
    expect(Number(await server.command("PTTL", KEY))).toBeGreaterThan(9_000);
  });

  test("the connection for messages is lost and comes back, and nobody waits for ever", async () => {
    const [holder, waiter] = [await provide(driver), await provide(driver)];
    const held = await take(holder, request("a"));
    const { answer } = await wait(waiter);
    await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await giveBack(holder, held);
    const grant = await granted(answer);
    await until("it listens again", async () => {
      return ((await server.command("PUBSUB", "CHANNELS")) as unknown[]).length === 1;
    });
    const next = await wait(holder);
    await giveBack(waiter, grant);
    await giveBack(holder, await granted(next.answer));
  });

  test("an abort leaves no place", async () => {
    const [holder, waiter] = [await provide(driver), await provide(driver)];
    await take(holder, request("a"));
    const controller = new AbortController();
    const { asked, answer } = await wait(waiter, { signal: controller.signal });
    controller.abort(new Error("enough"));
    expect(await faultOf(answer)).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(await waiter.release({ ...asked, inDoubt: true })).toBe("absent");
    expect(await server.command("EXISTS", `${KEY}:q`, `${KEY}:w`)).toBe(0);
  });

  test("disposing ends the waits and the connection for messages", async () => {
    const [holder, waiter] = [await provide(driver), await provide(driver)];
    await take(holder, request("a"));
    const { answer } = await wait(waiter);
    await waiter[Symbol.asyncDispose]();
    expect(await faultOf(answer)).toMatchObject({ code: "PROVIDER_CLOSED", outcome: "unknown" });
    await until("nobody listens", async () => {
      return ((await server.command("PUBSUB", "CHANNELS")) as unknown[]).length === 0;
    });
  });

  test("G-09 disposing while it begins to listen leaves no timer", async () => {
    const holder = await provide(driver);
    await take(holder, request("a"));
    const proxy = await startFaultProxy({ target: server });
    const timers = new Set<Timer>();
    const clock: Clock = {
      ...systemClock,
      setTimer(delayMs, callback, options) {
        const timer = systemClock.setTimer(delayMs, () => end() && callback(), options);
        const end = (): boolean => timers.delete(timer);
        timers.add(timer);
        return { cancel: () => end() && timer.cancel() };
      },
    };
    const waiter = await provide(driver, {}, { clock, at: proxy });
    proxy.hold("to-server");
    const signal = new AbortController().signal;
    const answer = waiter.enqueue({ ...request("a"), signal });
    answer.catch(() => {});
    await until("it connects", () => proxy.traffic("to-server").waitingBytes > 0);
    await waiter[Symbol.asyncDispose]();
    expect(await faultOf(answer)).toMatchObject({ code: "PROVIDER_CLOSED" });
    expect(timers.size).toBe(0);
    await proxy.close();
  });
});

describe("what is believed", () => {
  test("G-01 a message that is older than the last sign of the place is not", async () => {
    const [holder, waiter] = [await provide(), await provide()];
    const held = await take(holder, request("a"));
    const { asked, answer } = await wait(waiter);
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });
    const channel = await channelOf(asked.holderId);
    const { holderId } = asked;
    await server.command("PUBLISH", channel, `${holderId} ${held.fencingToken} 3000`);
    await server.command("PUBLISH", channel, "nonsense");
    await server.command("PUBLISH", channel, `nobody ${2n ** 52n} 3000`);
    await waiter.ping();
    expect(isOver).toBe(false);
    await giveBack(holder, held);
    const grant = await granted(answer);
    expect(grant.fencingToken).toBeGreaterThan(held.fencingToken as bigint);
    expect(String(await server.command("GET", KEY))).toContain(`:${grant.fencingToken}:`);
  });

  test("a grant by message counts from the last sign of the place, not from its receipt", async () => {
    const [holder, waiter] = [await provide(), await provide()];
    const held = await take(holder, request("a"));
    const beforeMs = performance.now();
    const { answer } = await wait(waiter);
    await giveBack(holder, held);
    const grant = await granted(answer);
    const remainingMs = Number(await server.command("PTTL", KEY));
    const heldUntilMs = performance.now() + remainingMs;
    expect(grant.sentAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(grant.sentAtMs + grant.validMs).toBeLessThanOrEqual(heldUntilMs);
  });
});

describe.each([ioredis6, nodeRedis6])("without messages, through $name", (driver) => {
  test("G-07 who has no second connection to give is granted by heartbeat", async () => {
    const holder = await provide();
    const own = await driver.open(server);
    opened.push(own);
    const { client } = own;
    client.duplicate = () => {
      throw new Error("there is no second connection");
    };
    const waiter = redis({ client }) as AnyRedis;
    providers.push(waiter);
    const held = await take(holder, request("a"));
    const { answer } = await wait(waiter);
    await giveBack(holder, held);
    expect((await granted(answer)).validMs).toBe(10_000);
  });

  test.each(["deaf", "mute"])("who is %s is granted by heartbeat", async (username) => {
    const holder = await provide();
    const waiter = await provide(driver, { username, password: username });
    const held = await take(holder, request("a"));
    const { answer } = await wait(waiter);
    const releasedMs = performance.now();
    await giveBack(holder, held);
    const grant = await granted(answer);
    expect(performance.now() - releasedMs).toBeLessThan(1_000 + LATE_MS);
    expect(grant.validMs).toBe(10_000);
  });
});

describe("whoever holds it", () => {
  test("a foreign lock is succeeded when its time has passed", async () => {
    const waiter = await provide();
    await server.command("SET", KEY, "foreign", "PX", 400);
    const { answer } = await wait(waiter);
    const startedMs = performance.now();
    await granted(answer);
    expect(performance.now() - startedMs).toBeLessThan(400 + LATE_MS);
  });

  test("a foreign lock without an end is succeeded when it is deleted", async () => {
    const waiter = await provide();
    await server.command("SET", KEY, "foreign");
    const { answer } = await wait(waiter);
    await server.command("DEL", KEY);
    const deletedMs = performance.now();
    await granted(answer);
    expect(performance.now() - deletedMs).toBeLessThan(1_000 + LATE_MS);
  });

  test("a dead waiter keeps the lock from the next for its life and its claim at most", async () => {
    const [holder, second] = [await provide(), await provide()];
    const dead = await ioredis6.open(server);
    const ghost = redis({ client: dead.client }) as AnyRedis;
    const held = await take(holder, request("a"));
    await wait(ghost);
    const { answer } = await wait(second);
    await ghost[Symbol.asyncDispose]();
    await dead[Symbol.asyncDispose]();
    await giveBack(holder, held);
    const releasedMs = performance.now();
    await granted(answer);
    expect(performance.now() - releasedMs).toBeLessThan(3_000 + LATE_MS);
  });

  test.each([10_000, 1_500])(
    "waiters that died before the release cost 3 s and a claim together, with a ttl of %i ms",
    async (ttlMs) => {
      const [holder, last] = [await provide(), await provide()];
      const dead = await ioredis6.open(server);
      const ghosts = [1, 2, 3, 4, 5].map(() => redis({ client: dead.client }) as AnyRedis);
      const held = await take(holder, request("a"));
      for (const ghost of ghosts) await wait(ghost, { ttlMs });
      const { answer } = await wait(last);
      for (const ghost of ghosts) await ghost[Symbol.asyncDispose]();
      await dead[Symbol.asyncDispose]();
      await giveBack(holder, held);
      const releasedMs = performance.now();
      await granted(answer);
      const claimMs = Math.min(ttlMs, 3_000);
      expect(performance.now() - releasedMs).toBeLessThan(3_000 + claimMs + LATE_MS);
    },
  );

  test("hundreds of dead waiters are passed over as fast as one", async () => {
    const [holder, last] = [await provide(), await provide()];
    const dead = await ioredis6.open(server);
    const ghost = redis({ client: dead.client }) as AnyRedis;
    const held = await take(holder, request("a", { ttlMs: 60_000 }));
    const waits = Array.from({ length: 400 }, () => {
      return ghost.enqueue({ ...request("a"), signal: new AbortController().signal });
    });
    for (const each of waits) each.catch(() => {});
    await until("all are in the queue", async () => {
      return (await server.command("ZCARD", `${KEY}:q`)) === 400;
    });
    const { answer } = await wait(last);
    await ghost[Symbol.asyncDispose]();
    await dead[Symbol.asyncDispose]();
    const diedMs = performance.now();
    await until("they count as dead", () => performance.now() - diedMs > 3_500);
    await giveBack(holder, held);
    const releasedMs = performance.now();
    await granted(answer);
    expect(performance.now() - releasedMs).toBeLessThan(1_000 + LATE_MS);
  });

  test("those with and without tokens wait together, and each gets its own", async () => {
    const [fenced, unfenced] = [await provide(), await provide(ioredis6, {}, { fencing: false })];
    const held = await take(unfenced, request("a"));
    const [one, two] = [await wait(fenced), await wait(unfenced)];
    await giveBack(unfenced, held);
    const first = await granted(one.answer);
    expect(first.fencingToken).toBeGreaterThan(0n);
    await giveBack(fenced, first);
    const second = await granted(two.answer);
    expect(second.fencingToken).toBeUndefined();
    expect((await unfenced.renew([second]))[0]).toMatchObject({ fencingToken: undefined });
  });

  test("a place that the server forgot is a refusal: core joins anew", async () => {
    const [holder, waiter] = [await provide(), await provide()];
    await take(holder, request("a"));
    const { answer } = await wait(waiter);
    await server.command("DEL", `${KEY}:q`, `${KEY}:w`);
    expect(await answer).toMatchObject({ granted: false, why: "held" });
  });

  test("a server that does not answer ends the wait as unknown", async () => {
    const holder = await provide();
    const waiter = await provide(ioredis6, {}, { commandTimeoutMs: 200 });
    await take(holder, request("a"));
    const { answer } = await wait(waiter);
    await server.pause();
    try {
      const error = await faultOf(answer);
      expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
    } finally {
      await server.resume();
    }
  });
});
