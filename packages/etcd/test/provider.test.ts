import { createLocks, type Loss } from "@holdfast/core";
import { type EtcdServer, startEtcd, until } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type EtcdProvider, etcd } from "../src/index.ts";
import { EtcdContents } from "./etcd-contents.ts";
import { faultOf, giveBack, openOn, request, take } from "./requests.ts";

let server: EtcdServer;
let contents: EtcdContents;

beforeAll(async () => {
  server = await startEtcd();
  contents = new EtcdContents(server);
});
afterAll(() => server.stop());

const opened: EtcdProvider[] = [];
function open(): EtcdProvider {
  const provider = openOn(server);
  opened.push(provider);
  return provider;
}

afterEach(async () => {
  for (const provider of opened.splice(0)) await provider[Symbol.asyncDispose]();
  expect([await contents.keys(), await contents.leases()]).toEqual([[], []]);
  await until("no watcher is left", async () => (await contents.watchers()) === 0);
});

describe("leases", () => {
  test("renewable locks of one class share one lease, which stays for the next", async () => {
    const provider = open();
    const asked = ["a", "b", "c"].map((name) => request(name, { ttlMs: 5_000 }));
    for (const each of asked) expect(await take(provider, each)).toMatchObject({ ttlMs: 8_000 });
    await take(provider, request("d", { ttlMs: 9_000 }));
    expect(await contents.leases()).toHaveLength(2);
    for (const each of asked) expect(await giveBack(provider, each)).toBe("released");
    expect(await contents.leases()).toHaveLength(2);
    await provider.breakLock("d", { incarnation: "any" });
  });

  test("a lock that is not renewed has its own, as long as it asked for, and refused it leaves none", async () => {
    const provider = open();
    const asked = request("a", { ttlMs: 5_000, renewable: false });
    expect(await take(provider, asked)).toMatchObject({ ttlMs: 5_000, validMs: 5_000 });
    const refused = request("a", { ttlMs: 5_000, renewable: false });
    expect(await provider.tryAcquire(refused)).toEqual({ granted: false, why: "held" });
    await until("its lease is gone", async () => (await contents.leases()).length === 1);
    expect(await giveBack(provider, asked)).toBe("released");
    await until("no lease is left", async () => (await contents.leases()).length === 0);
  });

  test("a ttl beyond the classes has a lease of its own, renewable or not", async () => {
    const provider = open();
    const asked = request("a", { ttlMs: 300_000 });
    expect(await take(provider, asked)).toMatchObject({ ttlMs: 300_000 });
    const [outcome] = await provider.renew([asked]);
    expect(outcome).toMatchObject({ status: "renewed", validMs: 300_000 });
    expect(await giveBack(provider, asked)).toBe("released");
    await until("no lease is left", async () => (await contents.leases()).length === 0);
  });

  test("G-02 a lease that an operator revokes is a loss for all on it, and the next lock has a new one", async () => {
    const provider = open();
    const losses: Loss[] = [];
    using _ = provider.onLoss((loss) => losses.push(loss));
    const [first, second] = [request("a"), request("b")];
    await take(provider, first);
    await take(provider, second);
    const [lease = ""] = await contents.leases();
    await contents.revoke(lease.replace("lease ", ""));
    const next = request("c");
    await take(provider, next);
    expect(losses.map(({ name, holderId }) => [name, holderId])).toEqual([
      ["a", first.holderId],
      ["b", second.holderId],
    ]);
    expect(losses[0]?.why).toContain("lease has ended");
    await giveBack(provider, next);
  });

  test("G-02 a deletion of a key that was renewed is told at once, and a release is none", async () => {
    const provider = open();
    const losses: Loss[] = [];
    using _ = provider.onLoss((loss) => losses.push(loss));
    const [kept, broken] = [request("kept"), request("broken")];
    await take(provider, kept);
    await take(provider, broken);
    await provider.renew([kept, broken]);
    expect(await giveBack(provider, kept)).toBe("released");
    await open().breakLock("broken", { incarnation: "any" });
    await until("the loss is told", () => losses.length > 0);
    expect(losses).toEqual([
      { name: "broken", holderId: broken.holderId, why: "its key was deleted" },
    ]);
  });

  test("G-08 a holder that stopped renewing does not live on by another on its lease", async () => {
    const provider = open();
    const [idle, busy] = [request("idle", { ttlMs: 2_000 }), request("busy", { ttlMs: 2_000 })];
    await take(provider, idle);
    await take(provider, busy);
    await until("the idle one is let go of", async () => {
      expect((await provider.renew([busy]))[0]).toMatchObject({ status: "renewed" });
      return !(await provider.inspect("idle")).held;
    });
    expect(await giveBack(provider, busy)).toBe("released");
  });

  test("a process uses one key of a name again and again, and two at once where it has to", async () => {
    const provider = open();
    const seen = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      const asked = request("a");
      await take(provider, asked);
      for (const key of await contents.keys()) seen.add(key);
      const waits = { ...request("a"), signal: new AbortController().signal };
      const waiting = provider.enqueue(waits);
      await until("it waits", async () => (await provider.inspect("a")).waiters === 1);
      for (const key of await contents.keys()) seen.add(key);
      expect(await giveBack(provider, asked)).toBe("released");
      await waiting;
      expect(await giveBack(provider, waits)).toBe("released");
    }
    expect(seen.size).toBe(2);
  });

  test("G-05 a late release of a holder takes nothing from the next one under its key", async () => {
    const [provider, other] = [open(), open()];
    const [first, second] = [request("a"), request("a")];
    await take(provider, first);
    expect(await giveBack(provider, first)).toBe("released");
    await take(provider, second);
    for (const each of [provider, other]) {
      expect(await giveBack(each, first)).toBe("absent");
      expect((await each.renew([first]))[0]).toMatchObject({ status: "lost" });
    }
    expect(await giveBack(provider, second)).toBe("released");
  });

  test("G-01 a key that another process adopted is not used for the next lock of its name", async () => {
    const [giver, taker] = [open(), open()];
    const asked = request("a", { ttlMs: 2_000 });
    const { sentAtMs, validMs } = await take(giver, asked);
    await until("the giver has let go of it", async () => {
      expect((await taker.renew([asked]))[0]).toMatchObject({ status: "renewed" });
      const busy = request("b", { ttlMs: 2_000 });
      await take(giver, busy);
      await giveBack(giver, busy);
      return giver.clock.monotonicMs() > sentAtMs + 1.5 * validMs;
    });
    expect(await giver.tryAcquire(request("a"))).toMatchObject({ granted: false });
    const waits = { ...request("a"), signal: new AbortController().signal };
    const waiting = giver.enqueue(waits);
    await until("it waits", async () => (await taker.inspect("a")).waiters === 1);
    expect(await giveBack(taker, asked)).toBe("released");
    await waiting;
    expect(await giveBack(giver, waits)).toBe("released");
  });

  test("an adopted lock hangs on the lease of the process that adopted it", async () => {
    const [giver, taker] = [open(), open()];
    const asked = request("a");
    const { fencingToken } = await take(giver, asked);
    const [outcome] = await taker.renew([asked]);
    expect(outcome).toMatchObject({ status: "renewed", fencingToken });
    await giver[Symbol.asyncDispose]();
    expect(await taker.inspect("a")).toMatchObject({ held: true, fencingToken });
    expect(await giveBack(taker, asked)).toBe("released");
  });
});

describe("waiting", () => {
  test("G-07 waiters are granted in the order they came, with rising tokens, over clients", async () => {
    const [first, ...others] = [open(), open(), open(), open()];
    if (first === undefined) throw new Error("no client");
    const held = request("q");
    const { fencingToken: before = 0n } = await take(first, held);
    const order: string[] = [];
    const tokens = [before];
    const waiting: Promise<void>[] = [];
    for (const [index, client] of others.entries()) {
      const asked = { ...request("q"), signal: new AbortController().signal };
      const turn = client.enqueue(asked).then(async ({ fencingToken = 0n }) => {
        order.push(`client ${index}`);
        tokens.push(fencingToken);
        expect(await giveBack(client, asked)).toBe("released");
      });
      waiting.push(turn);
      await until("it joined", async () => (await first.inspect("q")).waiters === index + 1);
    }
    expect(await first.tryAcquire(request("q"))).toMatchObject({ granted: false });
    await giveBack(first, held);
    await Promise.all(waiting);
    expect(order).toEqual(["client 0", "client 1", "client 2"]);
    expect(tokens).toEqual([...tokens].sort((a, b) => Number(a - b)));
  });

  test("G-07 one watcher tells of every deletion of a key, those before anybody waits included", async () => {
    const [holder, waiter] = [open(), open()];
    for (let count = 0; count < 20; count += 1) {
      const held = request("q");
      await take(holder, held);
      const asked = { ...request("q", { ttlMs: 60_000 }), signal: new AbortController().signal };
      const waiting = waiter.enqueue(asked);
      // Now before it waits, now while it is joining, now after.
      if (count % 3 !== 0) await until("it joined", async () => (await contents.keys()).length > 1);
      if (count % 3 === 2) {
        await until("it watches", async () => (await contents.watchers()) === 1);
      }
      expect(await giveBack(holder, held)).toBe("released");
      await waiting;
      expect(await giveBack(waiter, asked)).toBe("released");
    }
    expect(await contents.watchers()).toBeLessThanOrEqual(1);
  });

  test("a waiter in the middle that leaves wakes nobody wrongly", async () => {
    const [holder, leaver, last] = [open(), open(), open()];
    const held = request("q");
    await take(holder, held);
    const leaving = new AbortController();
    const middle = { ...request("q"), signal: leaving.signal };
    const left = faultOf(leaver.enqueue(middle));
    await until("it joined", async () => (await holder.inspect("q")).waiters === 1);
    const asked = { ...request("q"), signal: new AbortController().signal };
    let isGranted = false;
    const granted = last.enqueue(asked).then(() => {
      isGranted = true;
    });
    await until("both wait", async () => (await holder.inspect("q")).waiters === 2);
    leaving.abort();
    expect(await left).toMatchObject({ code: "ABORTED", outcome: "unknown" });
    expect(await giveBack(leaver, middle, true)).toBe("released");
    await until("one waits", async () => (await holder.inspect("q")).waiters === 1);
    expect(isGranted).toBe(false);
    await giveBack(holder, held);
    await granted;
    expect(await giveBack(last, asked)).toBe("released");
  });

  test("G-01 a waiter whose key is deleted is no holder: it joins anew", async () => {
    const [holder, waiter] = [open(), open()];
    const held = request("q", { ttlMs: 2_000 });
    await take(holder, held);
    const asked = { ...request("q", { ttlMs: 2_000 }), signal: new AbortController().signal };
    const waiting = waiter.enqueue(asked);
    await until("it joined", async () => (await holder.inspect("q")).waiters === 1);
    const [, joined = ""] = await contents.keys();
    await contents.delete(joined);
    await until("it joined anew", async () => {
      expect((await holder.renew([held]))[0]).toMatchObject({ status: "renewed" });
      return (await holder.inspect("q")).waiters === 1;
    });
    await giveBack(holder, held);
    const grant = await waiting;
    expect(await waiter.inspect("q")).toMatchObject({ fencingToken: grant.fencingToken });
    expect(await giveBack(waiter, asked)).toBe("released");
  });
});

describe("inspecting", () => {
  test("tells how long the lease of the holder still runs, and nothing of a key without one", async () => {
    const provider = open();
    const asked = request("a", { ttlMs: 16_000, description: "why" });
    const before = Date.now();
    await take(provider, asked);
    const { remainingMs = 0, sinceMs = 0, ...state } = await provider.inspect("a");
    expect(state).toMatchObject({ held: true, waiters: 0, description: "why" });
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(16_000);
    expect(sinceMs).toBeGreaterThanOrEqual(before);
    await until("it runs", async () => {
      return ((await provider.inspect("a")).remainingMs ?? remainingMs) < remainingMs;
    });
    expect((await provider.renew([asked]))[0]).toMatchObject({ status: "renewed" });
    expect(await giveBack(provider, asked)).toBe("released");
    const driver = new Etcd3({ hosts: server.url });
    await driver.put("holdfast/b/of-others").value("");
    const { incarnation, ...other } = await provider.inspect("b");
    expect(other).toEqual({
      name: "b",
      held: true,
      waiters: 0,
      fencingToken: BigInt(incarnation ?? ""),
    });
    expect(await provider.breakLock("b", { incarnation: incarnation ?? "" })).toBe(true);
    driver.close();
  });
});

describe("a client of the user", () => {
  test("is used as it is, and stays open", async () => {
    const client = new Etcd3({ hosts: server.url });
    const locks = createLocks({ provider: etcd({ client, prefix: "mine/locks" }) });
    const lease = await locks.acquire("orders/42%");
    expect(await contents.keys()).toEqual([
      expect.stringMatching(/^mine\/locks\/orders%2F42%25\/[\w-]{22}-0$/),
    ]);
    expect(await lease.release()).toBe("released");
    await locks.close();
    expect(await client.get("nothing")).toBeNull();
    client.close();
  });
});
