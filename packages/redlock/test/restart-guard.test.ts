import type { Lease } from "@holdfast/core";
import { startFaultProxy, until } from "@holdfast/test-servers";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { faultOf } from "./requests.ts";
import { driverTimersGone, Servers } from "./servers.ts";

/** The longest ttl of these quorums; their guard is the shortest that covers it. */
const TTL_MS = 4_000;
const GUARD_MS = 4_042;
/** Patience with members that abstain, by default one ttl, must outlast their guard here. */
const patient = { ttlMs: TTL_MS, unavailableMs: 20_000 };
const guarded = { ttlMsMax: TTL_MS, restartGuardMs: GUARD_MS };

let servers: Servers;

beforeEach(async () => {
  servers = await Servers.start(3);
});

afterEach(() => servers.close());
afterAll(driverTimersGone);

/** Two clients: what one holds on servers 0 and 1, since 2 is cut off from it, and another that sees all. */
async function heldByTwoOfThree(restartGuardMs: number): Promise<Story> {
  const proxy = await startFaultProxy({ target: servers.at(2) });
  servers.defer(() => proxy.close());
  const options = { ...guarded, restartGuardMs };
  const urls = [...servers.urls.slice(0, 2), `redis://127.0.0.1:${proxy.port}`];
  const [holders, others] = [
    servers.locks({ provider: servers.provider(options, urls), ...patient }),
    servers.locks({ provider: servers.provider(options), ...patient }),
  ];
  for (const locks of [holders, others]) {
    await (await locks.acquire("warm-up", { waitMs: 20_000 })).release();
  }
  await servers.nothingStored("warm-up");
  proxy.drop("to-server");
  const lease = await holders.acquire("a", { renew: false });
  const stored = await servers.stored("a");
  expect(stored.map((value) => value !== null)).toEqual([true, true, false]);
  return { lease, others };
}

interface Story {
  readonly lease: Lease;
  readonly others: ReturnType<Servers["locks"]>;
}

describe("G-01 a member that restarted empty", () => {
  test("abstains until the guard has passed, and so breaks no exclusion", async () => {
    const { lease, others } = await heldByTwoOfThree(GUARD_MS);
    await servers.at(0).restart({ keepData: false });
    lease.assertValid();
    const next = await others.acquire("a", { waitMs: 20_000 });
    expect(lease.validForMs).toBe(0);
    expect(next.fencingToken ?? 0n).toBeGreaterThan(lease.fencingToken ?? 0n);
    await next.release();
  });

  test("would break it without the guard, which is what the guard is for", async () => {
    const { lease, others } = await heldByTwoOfThree(0);
    await servers.at(0).restart({ keepData: false });
    const next = await others.acquire("a", { waitMs: 20_000 });
    lease.assertValid();
    expect(lease.validForMs).toBeGreaterThan(0);
    await next.release();
  });
});

describe("servers that were just started", () => {
  test("abstain, and the error says so of each", async () => {
    const locks = servers.locks({ provider: servers.provider(guarded), ...patient });
    const error = await faultOf(locks.tryAcquire("a"));
    expect(error.code).toBe("NO_QUORUM");
    expect(error.votes?.map(({ member }) => member)).toEqual(servers.names);
    const answers = error.votes?.map(({ answer }) => answer) ?? [];
    // Two are enough to know that there is no majority; the third may not have answered yet.
    expect(answers.filter((answer) => answer === "abstaining").length).toBeGreaterThanOrEqual(2);
    expect(answers).not.toContain("granted");
    expect(error.message).toContain("abstaining");
  });

  test("vote once the guard has passed", async () => {
    const locks = servers.locks({ provider: servers.provider(guarded), ...patient });
    const lease = await locks.acquire("a", { waitMs: 20_000 });
    for (const server of servers.all) {
      const info = String(await server.command("INFO", "server"));
      expect(Number(/uptime_in_seconds:(\d+)/.exec(info)?.[1])).toBeGreaterThanOrEqual(4);
    }
    await lease.release();
  });

  test("vote at once where the guard is switched off", async () => {
    const provider = servers.provider({ ...guarded, restartGuardMs: 0 });
    const locks = servers.locks({ provider, ...patient });
    await until("it votes", async () => {
      const lease = await locks.tryAcquire("a");
      await lease?.release();
      return lease !== undefined;
    });
  });
});
