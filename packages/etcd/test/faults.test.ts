import { createLocks, LockError } from "@holdfast/core";
import {
  type EtcdServer,
  type FaultProxy,
  startEtcd,
  startFaultProxy,
  until,
} from "@holdfast/test-servers";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EtcdProvider } from "../src/index.ts";
import { EtcdContents } from "./etcd-contents.ts";
import { faultOf, giveBack, openOn, request, take } from "./requests.ts";

const COMMAND_TIMEOUT_MS = 300;
/** For tests that wait for a lease to end. */
const EXPIRY_MS_MAX = 20_000;

let server: EtcdServer;
let contents: EtcdContents;
let proxy: FaultProxy;
let provider: EtcdProvider;
let direct: EtcdProvider;

beforeEach(async () => {
  server = await startEtcd();
  contents = new EtcdContents(server);
  proxy = await startFaultProxy({ target: server });
  provider = openOn(proxy, COMMAND_TIMEOUT_MS);
  direct = openOn(server);
  // Connects, and takes the lease of the class, so that the next call is one transaction.
  await until("a lock could be taken and given back", () => isWarm(provider));
});

afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  await direct[Symbol.asyncDispose]();
  await proxy.close();
  await server.stop();
});

/** A busy machine may be late with the first answers. */
async function isWarm(which: EtcdProvider): Promise<boolean> {
  const warm = request("warm");
  const isTaken = await which.tryAcquire(warm).then(
    ({ granted }) => granted,
    () => false,
  );
  return (await giveBack(which, warm, !isTaken)) === "released";
}

test(
  "G-02 G-01 black-holed, the holder is told before anybody else can have the lock",
  async () => {
    const locks = createLocks({ provider: openOn(proxy, COMMAND_TIMEOUT_MS) });
    const lease = await locks.acquire("a", { ttlMs: 2_000 });
    const events: string[] = [];
    lease.signal.addEventListener("abort", () => events.push("told"));
    proxy.blackHole();
    const asked = { ...request("a"), signal: new AbortController().signal };
    await direct.enqueue(asked);
    events.push("granted to another");
    expect(events).toEqual(["told", "granted to another"]);
    expect(LockError.is(lease.signal.reason) && lease.signal.reason.code).toBe("LEASE_LOST");
    expect(await giveBack(direct, asked)).toBe("released");
    await proxy.heal();
    await locks.close();
  },
  EXPIRY_MS_MAX,
);

test("G-06 an acquire whose answer was lost leaves nothing when it is released in doubt", async () => {
  proxy.drop("to-client");
  const asked = request("a");
  expect(await faultOf(provider.tryAcquire(asked))).toMatchObject({
    code: "BACKEND_UNAVAILABLE",
    outcome: "unknown",
    lockName: "a",
  });
  expect(await direct.inspect("a")).toMatchObject({ held: true });
  await proxy.heal();
  await until("the release is answered", async () => {
    return (await giveBack(provider, asked, true)) !== "unknown";
  });
  expect(await direct.inspect("a")).toMatchObject({ held: false });
  await until("its lease and tombstone are gone", async () => {
    return (await contents.keys()).length === 0 && (await contents.leases()).length === 0;
  });
});

test("G-06 a lease that is not granted in time means that the lock was never asked for", async () => {
  proxy.drop("to-client");
  const asked = request("a", { ttlMs: 2_000 });
  expect(await faultOf(provider.tryAcquire(asked))).toMatchObject({
    code: "BACKEND_UNAVAILABLE",
    outcome: "not-applied",
    lockName: "a",
  });
  await proxy.heal();
  expect(await contents.keys()).toEqual([]);
});

test("G-09 a lease of its own whose grant was not answered is revoked", async () => {
  await using patient = openOn(proxy, 10_000);
  const warm = request("warm");
  await take(patient, warm);
  const before = await contents.leases();
  const own = async (): Promise<readonly string[]> =>
    (await contents.leases()).filter((lease) => !before.includes(lease));
  proxy.drop("to-client");
  const asking = faultOf(patient.tryAcquire(request("a", { ttlMs: 60_000, renewable: false })));
  await until("it is granted", async () => (await own()).length === 1);
  await until("the answer is lost", () => proxy.traffic("to-client").lostBytes > 0);
  await proxy.heal();
  expect(await asking).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
  await until("it is revoked", async () => (await own()).length === 0);
  await giveBack(patient, warm);
});

test("G-06 what arrived while the process stood still is an answer, and no timeout", async () => {
  const warm = request("warm");
  await take(direct, warm);
  const asked = request("a");
  const asking = direct.tryAcquire(asked);
  // The call has begun; then nothing is read or sent until it has run out of time.
  await new Promise((resolve) => setImmediate(resolve));
  const endMs = performance.now() + 1_500;
  while (performance.now() < endMs);
  expect(await asking).toMatchObject({ granted: true });
  expect(await giveBack(direct, asked)).toBe("released");
  expect(await giveBack(direct, warm)).toBe("released");
});

test("G-09 who leaves while it joins the queue watches nothing", async () => {
  await using patient = openOn(proxy, 10_000);
  expect(await isWarm(patient)).toBe(true);
  const [held, other] = [request("a"), request("b")];
  await take(direct, held);
  await take(direct, other);
  const before = await contents.answeredCalls("Txn");
  proxy.hold("to-client");
  const leaving = new AbortController();
  const asked = { ...request("a"), signal: leaving.signal };
  const left = faultOf(patient.enqueue(asked));
  await until("it has joined", async () => (await contents.answeredCalls("Txn")) > before);
  leaving.abort();
  expect(await left).toMatchObject({ code: "ABORTED", outcome: "unknown" });
  proxy.deliver("to-client");
  expect(await giveBack(patient, asked, true)).toBe("released");
  const next = { ...request("b"), signal: new AbortController().signal };
  const waiting = patient.enqueue(next);
  await until("the next one watches", async () => (await contents.watchers()) > 0);
  expect(await contents.watchers()).toBe(1);
  expect(await giveBack(direct, held)).toBe("released");
  expect(await giveBack(direct, other)).toBe("released");
  await waiting;
  expect(await giveBack(patient, next)).toBe("released");
});

test("G-06 a request that arrives after its release finds that its lease has ended", async () => {
  proxy.hold("to-server");
  const asked = request("a");
  expect(await faultOf(provider.tryAcquire(asked))).toMatchObject({ outcome: "unknown" });
  expect(await giveBack(provider, asked, true)).toBe("unknown");
  expect(await giveBack(direct, asked, true)).toBe("absent");
  proxy.deliver("to-server");
  await until("the release is answered", async () => {
    return (await giveBack(provider, asked, true)) !== "unknown";
  });
  expect(await direct.inspect("a")).toMatchObject({ held: false });
  const next = request("a");
  await take(direct, next);
  expect(await giveBack(direct, next)).toBe("released");
});

test("G-06 a request that arrives after its release was answered is refused", async () => {
  await until("a lock could be taken and given back", () => isWarm(direct));
  proxy.hold("to-server");
  const asked = request("a");
  const fault = faultOf(provider.tryAcquire(asked));
  await until("it is on its way", () => proxy.traffic("to-server").waitingBytes > 0);
  expect(await giveBack(direct, asked, true)).toBe("absent");
  proxy.deliver("to-server");
  await fault;
  expect(await direct.inspect("a")).toMatchObject({ held: false });
  await until("a later call is answered", async () => {
    return (await giveBack(provider, asked, true)) === "absent";
  });
});

test("G-07 a watcher that was cut off loses no wake-up", async () => {
  const held = request("a");
  await take(direct, held);
  const asked = { ...request("a", { ttlMs: 60_000 }), signal: new AbortController().signal };
  const waiting = provider.enqueue(asked);
  await until("it waits", async () => (await contents.watchers()) === 1);
  proxy.reset();
  await giveBack(direct, held);
  await waiting;
  expect(await giveBack(provider, asked)).toBe("released");
});

test("G-07 a waiter whose watcher is mute looks by itself", async () => {
  const held = request("a");
  await take(direct, held);
  const asked = { ...request("a", { ttlMs: 4_000 }), signal: new AbortController().signal };
  const waiting = provider.enqueue(asked);
  await until("it waits", async () => (await contents.watchers()) === 1);
  proxy.drop("to-client");
  await giveBack(direct, held);
  await until("a look was lost", () => proxy.traffic("to-client").lostBytes > 0);
  await proxy.heal();
  await waiting;
  expect(await giveBack(provider, asked)).toBe("released");
});

test("G-07 compaction during a wait loses no wake-up", async () => {
  const held = request("a");
  await take(direct, held);
  const asked = { ...request("a", { ttlMs: 60_000 }), signal: new AbortController().signal };
  const waiting = provider.enqueue(asked);
  await until("it waits", async () => (await contents.watchers()) === 1);
  // Cut off while the deletion happens and is compacted, so that the next watcher begins too early.
  proxy.hold("to-server");
  proxy.reset();
  await giveBack(direct, held);
  const { header } = await server.ask("/v3/kv/range", { key: "AA==" });
  const { revision } = header as { readonly revision: string };
  await server.ask("/v3/kv/compaction", { revision, physical: true });
  await proxy.heal();
  await waiting;
  expect(await giveBack(provider, asked)).toBe("released");
});

test(
  "G-01 a waiter whose lease ended while it was cut off is no holder, and joins anew",
  async () => {
    const held = request("a", { ttlMs: 64_000 });
    await take(direct, held);
    const asked = { ...request("a", { ttlMs: 2_000 }), signal: new AbortController().signal };
    const waiting = provider.enqueue(asked).catch((error: unknown) => error);
    await until("it waits", async () => (await contents.watchers()) === 1);
    proxy.blackHole();
    await until("its key is gone", async () => (await direct.inspect("a")).waiters === 0);
    await proxy.heal();
    await giveBack(direct, held);
    const end = await waiting;
    // Whether it gave up or joined anew, what it says is what is.
    if (end instanceof Error) expect(end).toMatchObject({ outcome: "unknown" });
    else expect(await direct.inspect("a")).toMatchObject({ held: true });
    await giveBack(provider, asked, true);
    expect(await direct.inspect("a")).toMatchObject({ held: false });
  },
  EXPIRY_MS_MAX,
);

test("nothing is sent while nobody listens, so the outcome is not-applied", async () => {
  proxy.refuse();
  proxy.reset();
  const attempt = async (): Promise<LockError> => faultOf(provider.tryAcquire(request("a")));
  await until("it is known to be away", async () => (await attempt()).outcome === "not-applied");
  expect(await attempt()).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
  await proxy.heal();
  const asked = request("a");
  await until("it is back", async () => {
    return await provider.tryAcquire(asked).then(
      ({ granted }) => granted,
      () => false,
    );
  });
  await giveBack(provider, asked);
});

test("G-02 a keepalive is no proof without a transaction, and a lost lock stays lost", async () => {
  const asked = request("a");
  await take(provider, asked);
  await contents.deleteKeysOf("a");
  expect((await provider.renew([asked]))[0]).toMatchObject({ status: "lost" });
  expect((await provider.renew([asked]))[0]).toMatchObject({ status: "lost" });
  expect(await contents.keys()).toEqual([]);
});
