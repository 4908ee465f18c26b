import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { createLocks, type Grant, type Loss } from "@holdfast/core";
import {
  type FaultProxy,
  type PostgresServer,
  startFaultProxy,
  startPostgres,
  until,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { advisoryLocks } from "./harness.ts";
import {
  type AnyPostgres,
  faultOf,
  giveBack,
  providerOf,
  request,
  sessionsOn,
  signal,
  take,
  waiting,
} from "./requests.ts";

/** A loss that the server tells is known within this; a busy machine's share included. */
const AT_ONCE_MS = 1_000;

let server: PostgresServer;
let proxy: FaultProxy;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startFaultProxy({ target: server });
});

afterAll(async () => {
  await proxy.close();
  await server.stop();
});

beforeEach(async () => {
  await proxy.heal();
  await server.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'",
  );
  await until("no session is left", async () => (await sessionsOn(server)).length === 0);
});

/** Ends every session of providers, as an operator would. */
async function terminateAll(): Promise<void> {
  for (const pid of await sessionsOn(server)) {
    await server.query("SELECT pg_terminate_backend($1)", [pid]);
  }
}

/** The session that has the one lock there is. */
async function holderOf(locked: PostgresServer): Promise<number> {
  const [lock = ""] = await advisoryLocks(locked);
  return Number(lock.split(" ")[1]);
}

describe("loss", () => {
  test("G-02 is told at once when the session is terminated, for all its locks", async () => {
    await using provider = providerOf(server);
    const losses: Loss[] = [];
    provider.onLoss((loss) => losses.push(loss));
    const grants: Grant[] = [];
    for (const name of ["a", "b"]) grants.push(await take(provider, request(name)));
    const beganMs = performance.now();
    await terminateAll();
    await until("both losses are told", () => losses.length === 2);
    expect(performance.now() - beganMs).toBeLessThan(AT_ONCE_MS);
    expect(losses.map(({ name }) => name).sort()).toEqual(["a", "b"]);
    expect(losses[0]?.why).toContain("terminated");
    for (const { name, holderId } of grants) {
      expect(losses.filter((loss) => loss.name === name)[0]?.holderId).toBe(holderId);
    }
    const [renewed] = await provider.renew(grants);
    expect(renewed?.status).toBe("lost");
    const again = await take(provider, request("a"));
    expect(again.fencingToken).toBeGreaterThan(grants[0]?.fencingToken ?? 0n);
  });

  test("G-02 is told of a lock that was waited for, too", async () => {
    await using holder = providerOf(server);
    await using provider = providerOf(server);
    const held = await take(holder, request("a"));
    const [asked] = waiting("a");
    const granting = provider.enqueue(asked);
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    await giveBack(holder, held);
    const grant = await granting;
    const told = new Promise<Loss>((resolve) => void provider.onLoss(resolve));
    await terminateAll();
    expect(await told).toMatchObject({ name: "a", holderId: grant.holderId });
  });

  test("G-02 is told at once when another session's process crashes", async () => {
    await using provider = providerOf(server);
    await take(provider, request("a"));
    const told = new Promise<Loss>((resolve) => void provider.onLoss(resolve));
    const other = await server.connect();
    await signal(server, Number(Reflect.get(other, "processID")), "KILL").catch(() => undefined);
    expect((await told).name).toBe("a");
    await until("the server is back", async () => {
      return (await server.query("SELECT 1").catch(() => [])).length === 1;
    });
    await until("locks are granted again", async () => {
      const answer = await provider.tryAcquire(request("a")).catch(() => undefined);
      return answer?.granted === true;
    });
  });

  test("G-01 G-02 G-08 of a connection that hears nothing comes before the server frees the lock", async () => {
    let isToldFirst = false;
    // A loop that is late reads the next grant before its timers; the lease is over in any case.
    for (let round = 0; round < 4 && !isToldFirst; round += 1) {
      const provider = providerOf(proxy, { commandTimeoutMs: 5_000 });
      const locks = createLocks({ provider, ttlMs: 1_000 });
      const lease = await locks.acquire("a");
      await using other = providerOf(server);
      proxy.blackHole();
      const [asked] = waiting("a");
      const grant = await other.enqueue(asked);
      isToldFirst = lease.signal.aborted;
      expect(lease.validForMs).toBe(0);
      await until("it is told", () => lease.signal.aborted);
      expect(await giveBack(other, { ...asked, ...grant })).toBe("released");
      await proxy.heal();
      await locks.close();
    }
    expect(isToldFirst).toBe(true);
  });

  test("G-02 of a stopped server process comes by the deadline, and its session is given up", async () => {
    // A busy machine is given time to connect in.
    const provider = providerOf(server, { commandTimeoutMs: 1_000 });
    const locks = createLocks({ provider, ttlMs: 2_000, unavailableMs: 30_000 });
    const lease = await locks.acquire("a");
    const pid = await holderOf(server);
    await signal(server, pid, "STOP");
    try {
      await until("it is lost", () => lease.signal.aborted);
      // Other names are served on a session of their own meanwhile.
      const other = await locks.acquire("b", { waitMs: 20_000 });
      expect(await other.release()).toBe("released");
    } finally {
      await signal(server, pid, "CONT");
    }
    await until("the ghost is gone", async () => !(await sessionsOn(server)).includes(pid));
    await locks.close();
  });
});

describe("unknown outcomes", () => {
  test("G-06 a grant whose reply was lost is undone on the server before its ttl", async () => {
    await using provider = providerOf(proxy, { commandTimeoutMs: 300 });
    await using other = providerOf(server);
    // The session of that ttl is there before replies are lost.
    await giveBack(provider, await take(provider, request("warm", { ttlMs: 60_000 })));
    proxy.drop("to-client");
    const asked = request("a", { ttlMs: 60_000 });
    expect(await faultOf(provider.tryAcquire(asked))).toMatchObject({ outcome: "unknown" });
    expect(await advisoryLocks(server)).toHaveLength(1);
    expect(await provider.release({ ...asked, inDoubt: true })).toBe("unknown");
    await proxy.heal();
    await until("the release is settled", async () => {
      return (await provider.release({ ...asked, inDoubt: true })) === "absent";
    });
    await take(other, request("a"));
  });

  test("G-06 what a session that was cut off held is absent only when the server has ended it", async () => {
    await using provider = providerOf(proxy, { commandTimeoutMs: 300 });
    const asked = request("a", { ttlMs: 60_000 });
    await take(provider, asked);
    const [pid] = await sessionsOn(server);
    if (pid === undefined) throw new Error("there is a session");
    const lost = new Promise((resolve) => void provider.onLoss(resolve));
    // The server's process notices nothing, neither the end of the connection nor that it is to go.
    await signal(server, pid, "STOP");
    try {
      proxy.reset();
      await lost;
      expect(await provider.release({ ...asked, inDoubt: true })).toBe("unknown");
      expect(await advisoryLocks(server)).toHaveLength(1);
    } finally {
      await signal(server, pid, "CONT");
    }
    await until("it is absent", async () => {
      return (await provider.release({ ...asked, inDoubt: true })) === "absent";
    });
    expect(await advisoryLocks(server)).toEqual([]);
  });

  test("G-06 nothing is sent while the server is down, so the outcome is not-applied", async () => {
    await using down = await startPostgres();
    await using provider = providerOf(down, { commandTimeoutMs: 500 });
    await take(provider, request("a"));
    await down.kill();
    await until("the loss is noticed", async () => {
      const error = await faultOf(provider.tryAcquire(request("b")));
      expect(error.code).toBe("BACKEND_UNAVAILABLE");
      return error.outcome === "not-applied";
    });
    await down.restart({ keepData: true });
    await until("locks are granted again", async () => {
      return (await provider.tryAcquire(request("b")).catch(() => undefined))?.granted === true;
    });
  }, 30_000);

  test("G-06 G-09 a wait whose connection breaks rejects as unknown, and leaves nothing", async () => {
    await using holder = providerOf(server);
    await using provider = providerOf(proxy);
    const held = await take(holder, request("a"));
    const [asked] = waiting("a");
    const answer = faultOf(provider.enqueue(asked));
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    proxy.reset();
    expect(await answer).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "unknown" });
    await until("it is settled", async () => {
      return (await provider.release({ ...asked, inDoubt: true })) === "absent";
    });
    await until("the waiter left", async () => (await advisoryLocks(server)).length === 1);
    await giveBack(holder, held);
  });

  test("G-06 a request that is repeated is granted again; one that was given up is not", async () => {
    await using provider = providerOf(server);
    const asked = request("a");
    const first = await take(provider, asked);
    const again = await take(provider, asked);
    expect(again.fencingToken).toBe(first.fencingToken);
    expect(again.sentAtMs).toBeGreaterThanOrEqual(first.sentAtMs);
    expect(await provider.release({ ...asked, inDoubt: true })).toBe("released");
    expect((await faultOf(provider.tryAcquire(asked))).code).toBe("ABORTED");
  });
});

describe("fencing tokens", () => {
  test.each([
    ["G-04 rise over a crash of the server and the promotion of its standby", 2],
    ["rise over twenty crashes and a promotion", 20],
  ])(
    "%s",
    async (_title, crashCount) => {
      await using crashing = await startPostgres({ settings: { fsync: "on" } });
      await using provider = providerOf(crashing);
      let last = 0n;
      for (let round = 0; round < crashCount; round += 1) {
        const token = await tokenOnceGranted(provider);
        expect(token).toBeGreaterThan(last);
        // So many that what recovery itself writes does not make up for them, were they not flushed.
        const names = Array.from({ length: 200 }, (_, index) => `burst-${index}`);
        const grants = await Promise.all(names.map((name) => take(provider, request(name))));
        last = grants.reduce((most, { fencingToken = 0n }) => max(most, fencingToken), token);
        await crashing.kill();
        await crashing.restart({ keepData: true });
      }
      await using standby = await startPostgres({ standbyOf: crashing });
      await standby.promote();
      await using after = providerOf(standby);
      expect(await tokenOnceGranted(after)).toBeGreaterThan(last);
    },
    300_000,
  );
});

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** A crashed server refuses for a while. */
async function tokenOnceGranted(provider: AnyPostgres): Promise<bigint> {
  let token: bigint | undefined;
  await until("it is granted", async () => {
    const answer = await provider.tryAcquire(request("a")).catch(() => undefined);
    token = answer?.granted ? answer.fencingToken : undefined;
    return token !== undefined;
  });
  return token ?? 0n;
}

const HOLDER_TTL_MS = 60_000;
/** Holds `a` for much longer than any test, and says so. */
const HOLDER = `
  import { createLocks } from "@holdfast/core";
  import { postgres } from "@holdfast/postgres";
  const locks = createLocks({ provider: postgres({ url: process.env.POSTGRES_URL }), ttlMs: ${HOLDER_TTL_MS} });
  await locks.acquire("a");
  console.log("held");
`;

/** A process of its own that has the lock. */
async function holder(): Promise<ChildProcess> {
  const words = ["--input-type=module", "--eval", HOLDER];
  const env = { ...process.env, POSTGRES_URL: server.url };
  const cwd = new URL("..", import.meta.url);
  const child = spawn(process.execPath, words, { env, cwd, stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout as Readable, "data");
  expect(String(said)).toBe("held\n");
  return child;
}

describe("a holder that dies", () => {
  test("G-08 by SIGKILL hands over long before its ttl", async () => {
    await using provider = providerOf(server);
    const child = await holder();
    const [asked] = waiting("a");
    const next = provider.enqueue(asked);
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    const beganMs = performance.now();
    child.kill("SIGKILL");
    const grant = await next;
    expect(performance.now() - beganMs).toBeLessThan(HOLDER_TTL_MS / 2);
    expect(await giveBack(provider, grant)).toBe("released");
  }, 60_000);
});
