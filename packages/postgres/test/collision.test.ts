import { createLocks } from "@holdfast/core";
import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { advisoryLocks } from "./harness.ts";
import { faultOf, giveBack, providerOf, request, take, waiting } from "./requests.ts";

/** Two names with one hash take about five billion tries to find, so here every name has this one. */
vi.mock("../src/lock-key.ts", () => ({ lockKey: () => "-42" }));

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

test("G-01 G-11 names with one key exclude each other, in a process and between two", async () => {
  await using provider = providerOf(server);
  await using other = providerOf(server);
  const one = request("one");
  await take(provider, one);
  const held = { granted: false, why: "held" };
  expect(await provider.tryAcquire(request("two"))).toEqual(held);
  expect(await other.tryAcquire(request("two"))).toEqual(held);
  expect(await advisoryLocks(server)).toHaveLength(1);
  // Its holder has it still: nobody took it again on its session, or gave it back.
  expect(await provider.renew([one])).toMatchObject([{ status: "renewed" }]);
  expect(await giveBack(provider, one)).toBe("released");
  expect(await giveBack(other, await take(other, request("two")))).toBe("released");
});

test("G-05 nobody gives back a name by another that has its key", async () => {
  await using provider = providerOf(server);
  const one = request("one");
  await take(provider, one);
  const foreign = { ...one, name: "two", inDoubt: false };
  expect(await provider.release(foreign)).toBe("absent");
  expect(await provider.renew([foreign])).toMatchObject([{ status: "lost" }]);
  expect(await advisoryLocks(server)).toHaveLength(1);
  expect(await giveBack(provider, one)).toBe("released");
});

test("G-07 G-09 a name waits for another that has its key, and leaves nothing", async () => {
  await using provider = providerOf(server);
  const locks = createLocks({ provider });
  const one = await locks.acquire("one");
  const two = locks.acquire("two");
  const [asked, controller] = waiting("three");
  const aborted = faultOf(provider.enqueue(asked));
  await until("both wait", async () => (await advisoryLocks(server)).length === 3);
  controller.abort();
  expect((await aborted).code).toBe("ABORTED");
  expect(await one.release()).toBe("released");
  const lease = await two;
  expect(lease.fencingToken).toBeGreaterThan(one.fencingToken ?? 0n);
  expect(await lease.release()).toBe("released");
  await until("nothing is left", async () => (await advisoryLocks(server)).length === 0);
  await locks.close();
});
