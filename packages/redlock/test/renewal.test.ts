import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type Lease, LockError } from "@holdfast/core";
import { until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { driverTimersGone, Servers } from "./servers.ts";

/** Long enough that a busy machine renews in time, short enough to wait for. */
const TTL_MS = 1_500;

let servers: Servers;

beforeEach(async () => {
  servers = await Servers.start(3);
});

afterEach(() => servers.close());
afterAll(driverTimersGone);

/** Resolves with the reason when the lease is lost. */
async function lossOf({ signal }: Lease): Promise<unknown> {
  await until("the lease is lost", () => signal.aborted);
  return signal.reason;
}

/** Whether all servers have the lock, of one holder and with one token. */
async function isWhole({ name }: Lease): Promise<boolean> {
  const claims = (await servers.stored(name)).map((value) => value?.split(":", 2).join());
  return claims[0] !== undefined && claims.every((claim) => claim === claims[0]);
}

describe("G-03 renewal repairs", () => {
  test("a lock deleted on one member is put back there, with the token of the others", async () => {
    const lease = await servers.locks({ ttlMs: TTL_MS }).acquire("a");
    await until("all have it", () => isWhole(lease));
    await servers.at(0).command("DEL", "holdfast:{a}");
    expect(await isWhole(lease)).toBe(false);
    await until("it was put back", () => isWhole(lease));
    lease.assertValid();
    expect(await lease.release()).toBe("released");
    await servers.nothingStored("a");
  });

  test("a lock deleted on a majority is lost and put back nowhere", async () => {
    const locks = servers.locks({ ttlMs: TTL_MS });
    const lease = await locks.acquire("a");
    await until("all have it", () => isWhole(lease));
    for (const index of [0, 1]) await servers.at(index).command("DEL", "holdfast:{a}");
    const reason = await lossOf(lease);
    expect(reason).toMatchObject({ code: "LEASE_LOST" });
    // Long before its deadline: the renewal was answered.
    expect(LockError.is(reason) && reason.why).not.toBe("expired");
    await servers.nothingStored("a");
    await locks.using("a", async () => {});
  });

  test("a member that was put back counts only once a later renewal found it", async () => {
    const locks = servers.locks({ ttlMs: TTL_MS });
    const lease = await locks.acquire("a");
    await until("all have it", () => isWhole(lease));
    // With the third gone, the second alone is no majority, however often the first is put back.
    await servers.at(2).kill();
    await servers.at(0).command("DEL", "holdfast:{a}");
    const deadlineMs = performance.now() + lease.validForMs;
    const reason = await lossOf(lease);
    expect(reason).toMatchObject({ code: "LEASE_LOST" });
    expect(performance.now()).toBeLessThan(deadlineMs + TTL_MS / 3);
    expect(await servers.at(0).command("EXISTS", "holdfast:{a}")).toBe(0);
  });
});

describe("G-02 G-03 a majority that is gone", () => {
  test.each([
    ["killed", (index: number) => servers.at(index).kill()],
    ["hung", (index: number) => servers.at(index).pause()],
  ])("%s keeps the old deadline, and the loss is told at it", async (_how, harm) => {
    const lease = await servers.locks({ ttlMs: TTL_MS }).acquire("a");
    for (const index of [1, 2]) await harm(index);
    // What was renewed before the harm is behind: from here on no renewal can have a majority.
    const deadlineMs = performance.now() + lease.validForMs;
    lease.assertValid();
    await until("the deadline is near", () => performance.now() > deadlineMs - 300);
    lease.assertValid();
    expect(performance.now() + lease.validForMs).toBeLessThan(deadlineMs + 5);
    const reason = await lossOf(lease);
    expect(reason).toMatchObject({ code: "LEASE_LOST", why: "expired" });
    expect(performance.now()).toBeGreaterThan(deadlineMs - 5);
    expect(performance.now()).toBeLessThan(deadlineMs + 250);
    expect(() => lease.assertValid()).toThrow(LockError);
  });

  test("gone for less than the ttl loses nothing", async () => {
    const lease = await servers.locks({ ttlMs: 3_000 }).acquire("a");
    for (const index of [1, 2]) await servers.at(index).pause();
    const causes: string[] = [];
    const onRenewed = (message: unknown): void => {
      causes.push(JSON.stringify(message));
    };
    subscribe("holdfast:renewed", onRenewed);
    await until("a third of the ttl has passed", () => lease.validForMs < 1_700);
    for (const index of [1, 2]) await servers.at(index).resume();
    await until("it was renewed", () => lease.validForMs > 2_000);
    unsubscribe("holdfast:renewed", onRenewed);
    expect(causes.length).toBeGreaterThan(0);
    expect(await lease.release()).toBe("released");
  });
});

describe("G-09 close", () => {
  test("gives back what is held, at every member", async () => {
    const locks = servers.locks();
    for (const name of ["a", "b"]) await locks.acquire(name);
    await until("all have both", async () => {
      const stored = [...(await servers.stored("a")), ...(await servers.stored("b"))];
      return stored.every((value) => value !== null);
    });
    await locks.close();
    for (const name of ["a", "b"]) await servers.nothingStored(name);
  });

  test("with a member that hangs is bounded, and the others are free", async () => {
    const locks = servers.locks();
    await locks.acquire("a");
    await servers.at(0).pause();
    const startMs = performance.now();
    await locks.close({ timeoutMs: 1_000 });
    expect(performance.now() - startMs).toBeLessThan(6_000);
    for (const index of [1, 2]) {
      await until("it is free", async () => {
        return (await servers.at(index).command("EXISTS", "holdfast:{a}")) === 0;
      });
    }
  });
});
