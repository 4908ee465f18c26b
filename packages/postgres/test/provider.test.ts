import { type Clock, createLocks, type Grant, systemClock } from "@holdfast/core";
import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { advisoryLocks } from "./harness.ts";
import { faultOf, giveBack, providerOf, request, sessionsOn, take, waiting } from "./requests.ts";

/** For those that do a thousand things, on a machine that does others as well. */
const HEAVY_MS_MAX = 30_000;

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { max_locks_per_transaction: "512" } });
});

afterAll(async () => {
  await server.stop();
});

describe("sessions", () => {
  test("are opened on first use, named, and ended on disposal", async () => {
    const provider = providerOf(server);
    expect(await sessionsOn(server)).toEqual([]);
    await provider.ping();
    expect(await sessionsOn(server)).toHaveLength(1);
    await provider[Symbol.asyncDispose]();
    await until("they are gone", async () => (await sessionsOn(server)).length === 0);
    expect(await faultOf(provider.ping())).toMatchObject({ code: "PROVIDER_CLOSED" });
    expect(await faultOf(provider.tryAcquire(request("a")))).toMatchObject({
      code: "PROVIDER_CLOSED",
    });
  });

  test("G-12 are one per ttl class, and few whatever the classes", async () => {
    await using provider = providerOf(server, { connectionCountMax: 6 });
    const ttls = [500, 1_000, 1_500, 3_000, 10_000, 60_000, 100_000, 3_600_000];
    const grants: Grant[] = [];
    for (const [index, ttlMs] of ttls.entries()) {
      const grant = await take(provider, request(`class-${index}`, { ttlMs }));
      expect(grant.ttlMs).toBeGreaterThanOrEqual(ttlMs);
      expect(grant.validMs).toBe(grant.ttlMs);
      grants.push(grant);
    }
    expect(await sessionsOn(server)).toHaveLength(3);
    expect(grants[0]?.ttlMs).toBe(1_000);
    for (const grant of grants) expect(await giveBack(provider, grant)).toBe("released");
  });

  test("G-12 are as few when all ttl classes are asked for at once", async () => {
    await using provider = providerOf(server, { connectionCountMax: 4 });
    const ttls = Array.from({ length: 12 }, (_, index) => 1_000 * 2 ** index);
    const sessionCounts: number[] = [];
    const grants = await Promise.all(
      ttls.map(async (ttlMs) => {
        const grant = await take(provider, request(`burst-${ttlMs}`, { ttlMs }));
        sessionCounts.push((await sessionsOn(server)).length);
        return grant;
      }),
    );
    expect(Math.max(...sessionCounts)).toBeLessThanOrEqual(2);
    for (const [index, grant] of grants.entries()) {
      expect(grant.validMs).toBeGreaterThanOrEqual(ttls[index] ?? 0);
      expect(await giveBack(provider, grant)).toBe("released");
    }
  });

  test("G-01 that are shared by ttl classes live as long as the longest, whatever the order", async () => {
    await using provider = providerOf(server, { connectionCountMax: 2 });
    const first = await take(provider, request("short", { ttlMs: 1_000 }));
    const longer = [60_000, 30_000, 100_000, 2_000];
    const grants = await Promise.all(
      longer.map((ttlMs) => take(provider, request(`longer-${ttlMs}`, { ttlMs }))),
    );
    expect(await sessionsOn(server)).toHaveLength(1);
    const shortest = Math.min(...grants.map(({ ttlMs }, index) => ttlMs - (longer[index] ?? 0)));
    expect(shortest).toBeGreaterThanOrEqual(0);
    const outcomes = await provider.renew([first, ...grants]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "renewed", validMs: 128_000 });
    }
  });

  test(
    "G-12 hold ten thousand locks in at most two connections",
    async () => {
      await using provider = providerOf(server, { commandTimeoutMs: 20_000 });
      const asked = Array.from({ length: 10_000 }, (_, index) => request(`many-${index}`));
      const grants = await Promise.all(asked.map((each) => take(provider, each)));
      expect(new Set(grants.map(({ fencingToken }) => fencingToken)).size).toBe(10_000);
      expect((await sessionsOn(server)).length).toBeLessThanOrEqual(2);
      expect(await advisoryLocks(server)).toHaveLength(10_000);
      const outcomes = await provider.renew(asked);
      expect(outcomes.every(({ status }) => status === "renewed")).toBe(true);
      const ends = await Promise.all(asked.map((each) => giveBack(provider, each)));
      expect(ends.every((end) => end === "released")).toBe(true);
      expect(await advisoryLocks(server)).toEqual([]);
    },
    HEAVY_MS_MAX,
  );

  test("G-11 ask for the same key once, whoever of the process asks", async () => {
    await using provider = providerOf(server);
    const asked = Array.from({ length: 50 }, () => request("one"));
    const answers = await Promise.all(asked.map((each) => provider.tryAcquire(each)));
    expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
    expect(await advisoryLocks(server)).toHaveLength(1);
    const grant = answers.find(({ granted }) => granted);
    if (grant?.granted) expect(await giveBack(provider, grant)).toBe("released");
    expect(await advisoryLocks(server)).toEqual([]);
  });

  test("without fencing mint nothing", async () => {
    await using provider = providerOf(server, { fencing: false });
    expect(await take(provider, request("plain"))).toMatchObject({ fencingToken: undefined });
    const [asked] = waiting("waited");
    expect(await provider.enqueue(asked)).toMatchObject({ fencingToken: undefined });
  });
});

describe("the lock table", () => {
  test(
    "G-12 is left half to others, by a typed error",
    async () => {
      const settings = { max_locks_per_transaction: "10", max_connections: "20" };
      await using small = await startPostgres({ settings });
      await using provider = providerOf(small);
      const asked = Array.from({ length: 1_000 }, (_, index) => request(`small-${index}`));
      // All of them wait for the first session, which tells how many there may be.
      const answers = await Promise.allSettled(asked.map((each) => take(provider, each)));
      expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
      expect(await advisoryLocks(small)).toHaveLength(100);
      const error = await faultOf(provider.tryAcquire(request("one too many")));
      expect(error).toMatchObject({ code: "LIMIT_EXCEEDED", outcome: "not-applied" });
      expect(error.message).toContain("max_locks_per_transaction");
    },
    HEAVY_MS_MAX,
  );

  test(
    "G-09 G-12 that is full fails a batch, which leaves nothing behind",
    async () => {
      const settings = { max_locks_per_transaction: "10", max_connections: "20" };
      await using small = await startPostgres({ settings });
      await using provider = providerOf(small);
      await provider.ping();
      const other = await small.connect();
      const fill = "SELECT pg_advisory_lock(k) FROM generate_series(1, 1000000) AS k";
      await expect(other.query(fill)).rejects.toMatchObject({ code: "53200" });
      // Room for some of the batch.
      await other.query("SELECT pg_advisory_unlock(k) FROM generate_series(1, 30) AS k");
      const before = (await advisoryLocks(small)).length;
      const asked = Array.from({ length: 90 }, (_, index) => request(`full-${index}`));
      const answers = await Promise.allSettled(asked.map((each) => take(provider, each)));
      const granted = answers.filter(({ status }) => status === "fulfilled");
      const reasons = answers.flatMap((answer) => ("reason" in answer ? [answer.reason] : []));
      expect(reasons.length).toBeGreaterThan(1);
      for (const reason of reasons) {
        expect(reason).toMatchObject({ code: "LIMIT_EXCEEDED", outcome: "not-applied" });
      }
      expect(await advisoryLocks(small)).toHaveLength(before + granted.length);
      await other.end();
      await until("there is room", async () => {
        return (
          (await provider.tryAcquire(request("full-89")).catch(() => undefined))?.granted === true
        );
      });
    },
    HEAVY_MS_MAX,
  );
});

describe("waits", () => {
  test("G-07 are served in the order in which they came, over processes", async () => {
    const clients = Array.from({ length: 5 }, () => providerOf(server));
    await using holder = providerOf(server);
    const held = await take(holder, request("line"));
    const served: number[] = [];
    const all: Promise<string>[] = [];
    for (const [index, client] of clients.entries()) {
      const [asked] = waiting("line");
      const turn = client.enqueue(asked).then(async (grant) => {
        served.push(index);
        return await giveBack(client, grant);
      });
      all.push(turn);
      await until("it waits", async () => (await advisoryLocks(server)).length === index + 2);
    }
    await giveBack(holder, held);
    expect(await Promise.all(all)).toEqual(clients.map(() => "released"));
    expect(served).toEqual([0, 1, 2, 3, 4]);
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  });

  test(
    "G-09 a thousand that are aborted leave nothing on the server",
    async () => {
      await using holder = providerOf(server);
      await using provider = providerOf(server);
      const held = await take(holder, request("wanted"));
      for (let round = 0; round < 50; round += 1) {
        const waits = Array.from({ length: 20 }, () => waiting("wanted"));
        const ends = waits.map(async ([asked]) => {
          const error = await faultOf(provider.enqueue(asked));
          expect(error.code).toBe("ABORTED");
          if (error.outcome === "unknown") {
            await until("it is undone", async () => {
              return (await provider.release({ ...asked, inDoubt: true })) !== "unknown";
            });
          }
        });
        if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, round % 5));
        for (const [, controller] of waits) controller.abort();
        await Promise.all(ends);
      }
      await giveBack(holder, held);
      expect(await advisoryLocks(server)).toEqual([]);
      const again = await take(provider, request("wanted"));
      expect(await giveBack(provider, again)).toBe("released");
    },
    HEAVY_MS_MAX,
  );

  test("G-04 mint when they are granted, and not when they begin", async () => {
    await using holder = providerOf(server);
    await using provider = providerOf(server);
    const held = await take(holder, request("minted"));
    const [asked] = waiting("minted");
    const granting = provider.enqueue(asked);
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    const meanwhile = await take(holder, request("meanwhile"));
    await giveBack(holder, held);
    const grant = await granting;
    expect(grant.granted && grant.fencingToken).toBeGreaterThan(meanwhile.fencingToken ?? 0n);
    await giveBack(holder, meanwhile);
  });

  test.each([
    ["short", 60_000, 0],
    ["long", 1_000, 300],
  ])("G-01 a grant after a %s one counts from a sending", async (_length, ttlMs, waitedMs) => {
    await using holder = providerOf(server);
    await using provider = providerOf(server);
    const held = await take(holder, request("proven"));
    const [asked] = waiting("proven");
    const beganAtMs = systemClock.monotonicMs();
    const granting = provider.enqueue({ ...asked, ttlMs });
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    // From here on, since a session had to be opened first.
    const isWaitingAtMs = systemClock.monotonicMs();
    await until("it waits for so long", () => {
      return systemClock.monotonicMs() - isWaitingAtMs >= waitedMs;
    });
    const givenBackAtMs = systemClock.monotonicMs();
    await giveBack(holder, held);
    const grant = await granting;
    const { sentAtMs = 0 } = grant.granted ? grant : {};
    // After a long one the session is proven anew, or too little of the lease would be left.
    const [first, last] =
      waitedMs === 0 ? [beganAtMs, givenBackAtMs] : [givenBackAtMs, systemClock.monotonicMs()];
    expect(sentAtMs).toBeGreaterThanOrEqual(first);
    expect(sentAtMs).toBeLessThanOrEqual(last);
  });

  test("G-07 for a free lock are granted at once though every session that can wait holds one", async () => {
    // The pause between two tries does not end.
    const clock: Clock = {
      ...systemClock,
      setTimer: (delayMs, fire, options) => {
        const isPause = delayMs >= 50 && delayMs <= 150;
        return systemClock.setTimer(isPause ? 60_000 : delayMs, fire, options);
      },
    };
    await using provider = providerOf(server, { connectionCountMax: 2, clock });
    const [held] = waiting("kept");
    await provider.enqueue(held);
    const [asked] = waiting("free");
    expect(await giveBack(provider, await provider.enqueue(asked))).toBe("released");
    expect(await giveBack(provider, held)).toBe("released");
  });

  test("G-07 G-09 that are aborted while they are granted leave the lock to somebody", async () => {
    await using holder = providerOf(server);
    await using provider = providerOf(server);
    for (let round = 0; round < 40; round += 1) {
      const held = await take(holder, request("raced"));
      const [asked, controller] = waiting("raced");
      const answer = provider.enqueue(asked).then(
        (grant) => giveBack(provider, grant),
        () => provider.release({ ...asked, inDoubt: true }),
      );
      await until("it waits", async () => (await advisoryLocks(server)).length === 2);
      const released = giveBack(holder, held);
      controller.abort();
      await Promise.all([answer, released]);
    }
    await until("nothing is left", async () => (await advisoryLocks(server)).length === 0);
  });

  test(
    "G-12 two connections do for any number of names, and no holder blocks another",
    async () => {
      const [one, other] = [0, 1].map(() => {
        const provider = providerOf(server, { connectionCountMax: 2 });
        return createLocks({ provider, localHandoffMax: 0 });
      });
      if (one === undefined || other === undefined) throw new Error("two were made");
      // Each process holds a contended name, on the only session it can wait on, and wants a second one.
      const names = ["a", "b", "c", "d"].map((letter) => `nested/${letter}`);
      let doneCount = 0;
      const nest = async (locks: typeof one, index: number): Promise<void> => {
        const [outer, inner] = [names[index % 2], names[2 + (index % 2)]];
        if (outer === undefined || inner === undefined) return;
        await locks.using(outer, () =>
          locks.using(inner, () => {
            doneCount += 1;
          }),
        );
      };
      const work = Array.from({ length: 24 }, (_, index) => nest(index % 3 ? one : other, index));
      await Promise.all(work);
      expect(doneCount).toBe(24);
      expect((await sessionsOn(server)).length).toBeLessThanOrEqual(4);
      await Promise.all([one.close(), other.close()]);
    },
    HEAVY_MS_MAX,
  );
});
