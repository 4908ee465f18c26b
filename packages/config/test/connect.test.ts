import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { LockError } from "@holdfast/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectLocks } from "../src/index.ts";
import { BACKEND_NAMES, type Backends, startBackends } from "./backends.ts";

let backends: Backends;

beforeAll(async () => {
  backends = await startBackends();
});

afterAll(() => backends?.stop());

test.each(BACKEND_NAMES)("%s excludes over the connections of two programs", async (name) => {
  const url = backends.urls[name];
  await using one = await connectLocks(url, { ttlMs: 5_000 });
  await using other = await connectLocks({ url, ttlMs: 5_000 });
  const token = await one.using("shared", async (lease) => {
    expect(await other.tryAcquire("shared")).toBeUndefined();
    return lease.fencingToken as bigint;
  });
  const later = await other.using("shared", (lease) => lease.fencingToken);
  expect(later).toBeGreaterThan(token);
});

test.each(["redis", "postgres", "etcd", "redlock"])(
  "%s opens no socket before the first call",
  async (scheme) => {
    let connectionCount = 0;
    const server = createServer((socket) => {
      connectionCount += 1;
      socket.on("error", () => {});
      socket.destroy();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    try {
      const url = `${scheme}://127.0.0.1:${port}?commandTimeoutMs=500`;
      await using locks = await connectLocks(url);
      await setImmediate();
      expect(connectionCount).toBe(0);
      await expect(locks.ping()).rejects.toSatisfy(LockError.is);
      expect(connectionCount).toBeGreaterThan(0);
    } finally {
      await promisify(server.close.bind(server))();
    }
  },
);

test("a quorum of objects, and redlock of urls, are those of their URLs", async () => {
  const quorumUrl = new URL(backends.urls.quorum);
  const member = quorumUrl.searchParams.getAll("member").map((url) => {
    const { origin, host } = new URL(url);
    return { url: origin === "null" ? `redis://${host}` : origin, prefix: "quorum:" };
  });
  await using byUrl = await connectLocks(backends.urls.quorum);
  await using byObject = await connectLocks({ url: "quorum:", member, restartGuardMs: 0 });
  await using lease = await byUrl.acquire("same");
  expect(await byObject.tryAcquire(lease.name)).toBeUndefined();

  const urls = /\/\/([^?]+)/
    .exec(backends.urls.redlock)?.[1]
    ?.split(",")
    .map((host) => `redis://${host}`);
  await using hosts = await connectLocks(backends.urls.redlock);
  await using listed = await connectLocks({ url: "redlock:", urls, restartGuardMs: 0 });
  await using held = await hosts.acquire("same");
  expect(await listed.tryAcquire(held.name)).toBeUndefined();
});

test("a quorum without tokens is made of servers that cannot raise one", async () => {
  // Of a member's options only those that are no options of locks.
  const alone = (url: string) => `${url.split("?")[0]}?commandTimeoutMs=10000`;
  const { postgres, etcd, redis } = backends.urls;
  const member = [alone(postgres), alone(etcd), { url: alone(redis), prefix: "mixed:" }];
  await using locks = await connectLocks({
    url: "quorum:",
    member,
    fencing: false,
    restartGuardMs: 0,
    memberTimeoutMs: 5_000,
  });
  expect(await locks.using("mixed", (lease) => lease.fencingToken)).toBeUndefined();
});

test("a server that is not there is BACKEND_UNAVAILABLE, and no matter of configuration", async () => {
  await using locks = await connectLocks("redis://127.0.0.1:1?unavailableMs=200");
  const error = await locks.acquire("name").catch((reason: unknown) => reason);
  expect(LockError.is(error) && error.code).toBe("BACKEND_UNAVAILABLE");
});
