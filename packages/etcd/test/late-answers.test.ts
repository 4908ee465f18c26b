import type { Loss } from "@holdfast/core";
import { type EtcdServer, startEtcd, until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type EtcdProvider, etcd } from "../src/index.ts";
import { EtcdContents } from "./etcd-contents.ts";
import { GatedClient } from "./gated-client.ts";
import { faultOf, giveBack, openOn, request, take } from "./requests.ts";

const TTL_MS = 4_000;
/** No call of these tests runs out of time. */
const COMMAND_TIMEOUT_MS = 60_000;

let server: EtcdServer;
let contents: EtcdContents;
let client: GatedClient;
let provider: EtcdProvider;
let direct: EtcdProvider;

beforeAll(async () => {
  server = await startEtcd();
  contents = new EtcdContents(server);
});
afterAll(() => server.stop());

beforeEach(() => {
  client = new GatedClient(server.url);
  provider = etcd({ client, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  direct = openOn(server);
});

afterEach(async () => {
  await provider[Symbol.asyncDispose]();
  await direct[Symbol.asyncDispose]();
  client.close();
  expect([await contents.keys(), await contents.leases()]).toEqual([[], []]);
});

/** Takes and gives back a lock, and resolves when the lease that stays has lived for `share` of its ttl. */
async function leaseOfAge(share: number): Promise<number> {
  const warm = request("warm", { ttlMs: TTL_MS });
  const { sentAtMs } = await take(provider, warm);
  await giveBack(provider, warm);
  await until("the lease is that old", () => {
    return provider.clock.monotonicMs() > sentAtMs + TTL_MS * share;
  });
  return sentAtMs;
}

/** Keeps something back until it is opened. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

async function isHeld(name: string): Promise<boolean> {
  return (await direct.inspect(name)).held;
}

test("G-01 what was granted on a lease that was given up before the answer was read is no grant", async () => {
  const provenAtMs = await leaseOfAge(0.5);
  const { passed, open } = gate();
  client.onTxn = () => passed;
  const asked = request("a", { ttlMs: TTL_MS });
  const asking = faultOf(provider.tryAcquire(asked));
  await until("the server has granted it", () => isHeld("a"));
  // The lease was kept alive, too, but that counts only with the answer that is still to be read.
  client.onTxn = () => undefined;
  await until("the lease may have ended", () => {
    return provider.clock.monotonicMs() > provenAtMs + TTL_MS;
  });
  const next = request("b", { ttlMs: TTL_MS });
  await take(provider, next);
  await until("the old lease is revoked", async () => !(await isHeld("a")));
  open();
  expect(await asking).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
  expect(await giveBack(provider, asked, true)).toBe("absent");
  expect(await giveBack(provider, next)).toBe("released");
});

test("G-06 what was released in doubt before its answer was read is no grant", async () => {
  await leaseOfAge(0.25);
  const { passed, open } = gate();
  client.onKeepAlive = () => passed;
  const asked = request("a", { ttlMs: TTL_MS });
  const asking = faultOf(provider.tryAcquire(asked));
  await until("the server has granted it", () => isHeld("a"));
  expect(await giveBack(provider, asked, true)).toBe("released");
  open();
  expect(await asking).toMatchObject({ code: "ABORTED" });
});

test("G-08 an adoption without an answer does not live on by another lock on its lease", async () => {
  const asked = request("a", { ttlMs: TTL_MS });
  await take(direct, asked);
  const busy = request("busy", { ttlMs: TTL_MS });
  await take(provider, busy);
  let movedCount = 0;
  client.onTxn = ({ success = [] }) => {
    if (!success.some(({ request_put }) => request_put?.ignore_value)) return undefined;
    movedCount += 1;
    return Promise.reject(new Error("14 UNAVAILABLE: the answer is lost"));
  };
  expect((await provider.renew([asked]))[0]).toMatchObject({ status: "unknown" });
  expect(movedCount).toBe(1);
  expect(await isHeld("a")).toBe(true);
  await until("it is let go of", async () => {
    expect((await provider.renew([busy]))[0]).toMatchObject({ status: "renewed" });
    return !(await isHeld("a"));
  });
  expect(await giveBack(provider, busy)).toBe("released");
});

test("G-09 a lease that is granted while the provider closes is revoked", async () => {
  const { passed, open } = gate();
  client.onGrant = () => passed;
  const asking = faultOf(provider.tryAcquire(request("a", { ttlMs: 60_000, renewable: false })));
  await until("the server has granted it", async () => (await contents.leases()).length === 1);
  let isClosed = false;
  const closing = provider[Symbol.asyncDispose]().then(() => {
    isClosed = true;
  });
  // Goes to the server and back, while closing has nothing to wait for but that lease.
  expect(await contents.keys()).toEqual([]);
  expect(isClosed).toBe(false);
  open();
  await closing;
  await asking;
  expect(await contents.leases()).toEqual([]);
});

test("G-07 though nothing is told, each waiter is granted within a third of its ttl, and told afterwards", async () => {
  for (const isDeaf of [true, false]) {
    const held = request("a");
    await take(direct, held);
    const asked = { ...request("a", { ttlMs: TTL_MS }), signal: new AbortController().signal };
    const waiting = provider.enqueue(asked);
    await until("it waits", async () => (await contents.watchers()) === 1);
    client.isDeaf = isDeaf;
    expect(await giveBack(direct, held)).toBe("released");
    await waiting;
    expect(await giveBack(provider, asked)).toBe("released");
    await until("its watcher is gone", async () => (await contents.watchers()) === 0);
  }
});

test("G-03 a waiter whose key was deleted while keepalives fail tells no holder of a loss", async () => {
  const losses: Loss[] = [];
  using _ = provider.onLoss((loss) => losses.push(loss));
  const own = request("own", { ttlMs: TTL_MS });
  await take(provider, own);
  const held = request("a");
  await take(direct, held);
  const asked = { ...request("a", { ttlMs: TTL_MS }), signal: new AbortController().signal };
  const waiting = provider.enqueue(asked);
  await until("it waits", async () => (await direct.inspect("a")).waiters === 1);
  client.onKeepAlive = () => Promise.reject(new Error("14 UNAVAILABLE: away"));
  const [, , joined = ""] = await contents.keys();
  await contents.delete(joined);
  await until("it joined anew", async () => (await direct.inspect("a")).waiters === 1);
  expect(losses).toEqual([]);
  client.onKeepAlive = () => undefined;
  await giveBack(direct, held);
  await waiting;
  expect(await giveBack(provider, asked)).toBe("released");
  expect(await giveBack(provider, own)).toBe("released");
});
