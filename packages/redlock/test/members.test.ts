import type { Vote } from "@holdfast/core";
import { startFaultProxy, until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { faultOf, request, take } from "./requests.ts";
import { driverTimersGone, Servers } from "./servers.ts";

let servers: Servers;

beforeEach(async () => {
  servers = await Servers.start(3);
});

afterEach(() => servers.close());
afterAll(driverTimersGone);

/** How a member that does not answer is to be described. */
const SILENT = /no answer|no reply|not connected|connection|ECONN|closed/i;

describe("G-07 a minority that is gone", () => {
  test.each([
    ["killed", () => servers.at(0).kill()],
    ["hung", () => servers.at(0).pause()],
  ])("%s before the first acquire changes nothing", async (_how, harm) => {
    await harm();
    const locks = servers.locks();
    await expect(locks.using("a", async ({ fencingToken }) => fencingToken)).resolves.toBeTypeOf(
      "bigint",
    );
    expect(await servers.at(1).command("EXISTS", "holdfast:{a}")).toBe(0);
  });

  test.each([
    ["killed", () => servers.at(0).kill()],
    ["hung", () => servers.at(0).pause()],
  ])("%s while a lock is held ends no lease", async (_how, harm) => {
    const locks = servers.locks({ ttlMs: 1_500 });
    const lease = await locks.acquire("a");
    await harm();
    const heldMs = performance.now();
    await until("the lease outlived its first ttl", () => {
      lease.assertValid();
      return performance.now() - heldMs > 2_000;
    });
    expect(await lease.release()).toBe("released");
  });

  test("hung, and then back, keeps nothing of what it was asked meanwhile", async () => {
    const locks = servers.locks();
    await locks.using("warm-up", async () => {});
    await servers.at(0).pause();
    for (const name of ["a", "b", "c"]) await locks.using(name, async () => {});
    await servers.at(0).resume();
    for (const name of ["a", "b", "c"]) await servers.nothingStored(name);
  });
});

describe("a majority that is gone", () => {
  test("is a fault that names every member and why it gave no vote", async () => {
    const [first = "", second = "", third = ""] = servers.names;
    const locks = servers.locks();
    await locks.using("warm-up", async () => {});
    await servers.at(1).kill();
    await servers.at(2).pause();
    const error = await faultOf(locks.tryAcquire("a"));
    expect(error.code).toBe("NO_QUORUM");
    const votes = new Map((error.votes ?? []).map((vote): [string, Vote] => [vote.member, vote]));
    expect([...votes.keys()]).toEqual([first, second, third]);
    expect(votes.get(first)).toMatchObject({ answer: "granted" });
    expect(votes.get(second)).toMatchObject({
      answer: "unknown",
      why: expect.stringMatching(SILENT),
    });
    expect(votes.get(third)).toMatchObject({
      answer: "unknown",
      why: expect.stringMatching(SILENT),
    });
    expect(error.message).toContain(second);
    await servers.at(2).resume();
    expect(await servers.at(2).command("PING")).toBe("PONG");
    await until("nothing stays on those that are there", async () => {
      const left = [servers.at(0), servers.at(2)].map((each) =>
        each.command("EXISTS", "holdfast:{a}"),
      );
      return (await Promise.all(left)).every((count) => count === 0);
    });
  });

  test("and back again is used at once", async () => {
    const locks = servers.locks();
    await locks.using("warm-up", async () => {});
    for (const index of [1, 2]) await servers.at(index).kill();
    const waiting = locks.acquire("a", { waitMs: 20_000 });
    await faultOf(locks.tryAcquire("b"));
    for (const index of [1, 2]) await servers.at(index).restart({ keepData: false });
    await (await waiting).release();
  });
});

describe("G-06 a member cut off by the network", () => {
  test.each([
    ["in both directions", (proxy: Proxy) => proxy.blackHole()],
    ["on the way to it", (proxy: Proxy) => proxy.drop("to-server")],
    ["on the way back", (proxy: Proxy) => proxy.drop("to-client")],
  ])("%s: locks go on, and nothing stays on it afterwards", async (_how, cut) => {
    await using proxy = await startFaultProxy({ target: servers.at(2) });
    const cutUrl = `redis://127.0.0.1:${proxy.port}`;
    const urls = [...servers.urls.slice(0, 2), cutUrl];
    const locks = servers.locks({ provider: servers.provider({ commandTimeoutMs: 300 }, urls) });
    await locks.using("warm-up", async () => {});
    cut(proxy);
    const lease = await locks.acquire("a");
    expect(await lease.release()).toBe("released");
    const held = await locks.acquire("b", { ttlMs: 2_000 });
    await proxy.heal();
    await until("it is asked again", async () => {
      const stored = await servers.stored("b");
      return stored.every((value) => value !== null);
    });
    await held.release();
    for (const name of ["a", "b"]) await servers.nothingStored(name);
  });

  test("when two of three lose their replies, what they granted is given back", async () => {
    const proxies = await Promise.all(servers.all.map((target) => startFaultProxy({ target })));
    servers.defer(() => Promise.all(proxies.map((proxy) => proxy.close())));
    const urls = proxies.map(({ port }) => `redis://127.0.0.1:${port}`);
    const locks = servers.locks({ provider: servers.provider({ commandTimeoutMs: 300 }, urls) });
    await locks.using("warm-up", async () => {});
    for (const proxy of proxies.slice(1)) proxy.drop("to-client");
    const asking = faultOf(locks.tryAcquire("a"));
    await until("all three granted", async () => {
      return (await servers.stored("a")).every((value) => value !== null);
    });
    expect(await asking).toMatchObject({ code: "NO_QUORUM" });
    await Promise.all(proxies.map((proxy) => proxy.heal()));
    await servers.nothingStored("a");
    await locks.using("a", async () => {});
  });
});

/** Of so many names the free member leads none once in three thousand runs. */
const NAME_COUNT_MAX = 20;
const SEEN_TIMEOUT_MS = 1_500;

type Proxy = Awaited<ReturnType<typeof startFaultProxy>>;

describe("G-06 votes of a minority", () => {
  test("are given back between attempts, while a majority is held by another", async () => {
    const held = [servers.at(1), servers.at(2)];
    const locks = servers.locks();
    const hasVote = async (name: string): Promise<boolean> =>
      (await servers.stored(name))[0] !== null;
    const isSeen = (name: string): Promise<boolean> =>
      until("it has the vote", () => hasVote(name), SEEN_TIMEOUT_MS).then(
        () => true,
        () => false,
      );
    /** Seen and gone again, over and over, while its caller waits. */
    const comesAndGoes = async (name: string): Promise<boolean> => {
      for (let round = 0; round < 3; round += 1) {
        if (!(await isSeen(name))) return false;
        await until("it gave it back", async () => !(await hasVote(name)));
      }
      return true;
    };
    // Which member is asked first hangs on the servers' identities: for one name in three it is the free one.
    for (let index = 0; index < NAME_COUNT_MAX; index += 1) {
      const name = `a${index}`;
      const key = `holdfast:{${name}}`;
      for (const server of held) await server.command("SET", key, "foreign", "PX", 60_000);
      const waiting = locks.acquire(name, { waitMs: 20_000 });
      const isAsked = await comesAndGoes(name);
      for (const server of held) await server.command("DEL", key);
      await (await waiting).release();
      await servers.nothingStored(name);
      if (isAsked) return;
    }
    throw new Error("the free member was asked for none of the names");
  });

  test("are no lock: the provider says who granted and who did not", async () => {
    const [first, second, third] = servers.names;
    for (const server of [servers.at(1), servers.at(2)]) {
      await server.command("SET", "holdfast:{a}", "foreign", "PX", 60_000);
    }
    const answer = await servers.provider().tryAcquire(request("a"));
    expect(answer).toMatchObject({
      granted: false,
      why: "held",
      votes: [
        // Its answer may come after the other two have settled it.
        { member: first, answer: expect.stringMatching(/^(granted|unknown)$/) },
        { member: second, answer: "held" },
        { member: third, answer: "held" },
      ],
    });
    await until("the vote was given back", async () => (await servers.stored("a"))[0] === null);
  });

  test("one of a server that hangs is given back when it goes on", async () => {
    const provider = servers.provider();
    const first = request("warm-up");
    await take(provider, first);
    await provider.release({ ...first, inDoubt: false });
    await servers.at(0).pause();
    for (const server of [servers.at(1), servers.at(2)]) {
      await server.command("SET", "holdfast:{a}", "foreign", "PX", 60_000);
    }
    expect(await provider.tryAcquire(request("a", 5_000))).toMatchObject({ why: "held" });
    await servers.at(0).resume();
    // The fence counter shows that the late request was granted there.
    await until("it was asked", async () => {
      return (await servers.at(0).command("EXISTS", "holdfast:{a}:f")) === 1;
    });
    await until("it was given back", async () => (await servers.stored("a"))[0] === null);
  });
});
