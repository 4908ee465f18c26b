import type { Loss } from "@holdfast/core";
import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lockKey } from "../src/lock-key.ts";
import { advisoryLocks } from "./harness.ts";
import { faultOf, giveBack, providerOf, request, sessionsOn, take, waiting } from "./requests.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

test("inspecting asks the process that holds it, and shows no holderId", async () => {
  await using holder = providerOf(server);
  await using operator = providerOf(server);
  const beganMs = Date.now();
  const asked = request("seen", { description: "nightly job" });
  const grant = await take(holder, asked);
  const [waiter, controller] = waiting("seen");
  const waits = faultOf(operator.enqueue(waiter));
  await until("it waits", async () => (await advisoryLocks(server)).length === 2);
  const state = await operator.inspect("seen");
  expect(state).toMatchObject({ held: true, waiters: 1, description: "nightly job" });
  expect(state.fencingToken).toBe(grant.fencingToken);
  expect(state.sinceMs).toBeGreaterThanOrEqual(beganMs - 1);
  expect(state.sinceMs).toBeLessThanOrEqual(Date.now());
  expect(JSON.stringify(state, (_key, value) => String(value))).not.toContain(asked.holderId);
  controller.abort();
  await waits;
  await until("it left", async () => (await advisoryLocks(server)).length === 1);
  await giveBack(holder, asked);
  expect(await operator.inspect("seen")).toMatchObject({ held: false, waiters: 0 });
});

test("breaking ends that one lock of a session, and its holder is told", async () => {
  await using holder = providerOf(server);
  await using operator = providerOf(server);
  const [one, other] = [request("one"), request("other")];
  await take(holder, one);
  await take(holder, other);
  const losses: Loss[] = [];
  holder.onLoss((loss) => losses.push(loss));
  const { incarnation = "" } = await operator.inspect("one");
  expect(await operator.breakLock("one", { incarnation: `${incarnation}0` })).toBe(false);
  expect(await operator.breakLock("one", { incarnation })).toBe(true);
  expect(losses).toEqual([{ name: "one", holderId: one.holderId, why: "broken" }]);
  const next = await take(operator, request("one"));
  // What was inspected is over; its successor is another.
  expect(await operator.breakLock("one", { incarnation })).toBe(false);
  expect(await giveBack(operator, next)).toBe("released");
  expect(await giveBack(holder, other)).toBe("released");
});

test("a holder that does not answer is ended by force alone, and what goes with it is named", async () => {
  await using operator = providerOf(server, { commandTimeoutMs: 300 });
  const silent = await server.connect();
  const ended = new Promise((resolve) => silent.once("error", ({ code }) => resolve(code)));
  for (const name of ["silent", "beside"]) {
    const key = lockKey("holdfast:", name);
    await silent.query("SELECT pg_advisory_lock($1::bigint)", [key]);
  }
  const state = await operator.inspect("silent");
  expect(state).toMatchObject({ held: true, waiters: 0 });
  expect(state.description).toContain(`pid ${Reflect.get(silent, "processID")}`);
  const error = await faultOf(operator.breakLock("silent", { incarnation: "any" }));
  expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
  expect(error.message).toContain("2 locks");
  expect(await advisoryLocks(server)).toHaveLength(2);
  const force = { incarnation: state.incarnation ?? "", force: true };
  expect(await operator.breakLock("silent", force)).toBe(true);
  expect(await ended).toBe("57P01");
  await until("both are free", async () => (await advisoryLocks(server)).length === 0);
  expect(await operator.breakLock("silent", force)).toBe(false);
});

test("a holder answers still when the session that it was asked on first has ended", async () => {
  await using holder = providerOf(server);
  await take(holder, request("short"));
  const [first] = await sessionsOn(server);
  const long = request("long", { ttlMs: 60_000, description: "by the hour" });
  await take(holder, long);
  const lost = new Promise<Loss>((resolve) => void holder.onLoss(resolve));
  await server.query("SELECT pg_terminate_backend($1)", [first]);
  expect((await lost).name).toBe("short");
  await using operator = providerOf(server);
  await until("it answers", async () => {
    return (await operator.inspect("long")).description === "by the hour";
  });
  expect(await operator.breakLock("long", { incarnation: "any" })).toBe(true);
});
