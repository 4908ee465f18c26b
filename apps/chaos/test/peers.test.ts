import { until } from "@holdfast/test-servers";
import { describe, expect, test } from "vitest";
import { faults } from "../dist/faults.js";
import { grounds } from "../dist/grounds.js";
import { Conductor } from "../dist/run/conductor.js";
import { subjects } from "../dist/subjects.js";

const MINUTES = 10 / 60;
/** What no library can mend, and what every one has to bear. */
const HARMLESS = ["worker-killed", "scripts-flushed"];

const TTL_MS = 500;

function redisGround(): (typeof grounds)[number] {
  const ground = grounds.find(({ backend }) => backend === "redis");
  if (ground === undefined) throw new Error("there is no ground for Redis");
  return ground;
}

describe("other libraries", () => {
  test("run on each backend that has one", () => {
    const peers = subjects.filter(({ id }) => id !== "holdfast");
    expect(peers.map(({ id }) => id)).toEqual([
      "redlock",
      "redlock-universal",
      "redis-semaphore",
      "verrou",
      "advisory-lock",
      "etcd3",
    ]);
    const backends = new Set(peers.flatMap((peer) => peer.backends));
    expect([...backends].toSorted()).toEqual(["etcd", "postgres", "redis", "redlock"]);
    expect(peers.some(({ isFenced }) => isFenced)).toBe(false);
  });

  test("are asked how long a lock may be relied on where they can tell", async () => {
    const verrou = subjects.find(({ id }) => id === "verrou");
    if (verrou === undefined) throw new Error("there is no subject verrou");
    await using ground = await redisGround().start();
    const { urls } = ground;
    const client = await verrou.open({
      ...{ backend: "redis", urls, clientIndex: 0, ttlMsMax: TTL_MS, onHang: () => {} },
      clock: { wallShiftMs: 0, sleptMs: 0 },
    });
    const holding = await client.acquire({
      ...{ name: "orders", ttlMs: TTL_MS, way: "acquire", waitMs: undefined },
      ...{ renew: true, signal: undefined },
    });
    if ("refused" in holding) throw new Error(holding.detail);
    expect(holding.isValid?.()).toBe(true);
    expect(holding.validForMs?.()).toBeLessThanOrEqual(TTL_MS);
    await until("its ttl is over", () => (holding.validForMs?.() ?? 0) <= 0);
    expect(holding.isValid?.()).toBe(false);
    await client.close();
  });

  test("take turns under faults like Holdfast, and their processes are replaced", async () => {
    const request = {
      ground: redisGround(),
      subject: "redis-semaphore",
      seed: 7,
      minutes: MINUTES,
      processCount: 3,
      faults: faults.filter(({ id }) => HARMLESS.includes(id)),
      historyFolder: undefined,
    };
    const listener = { say: () => {}, update: () => {} };
    const { result } = await Conductor.run(request, new AbortController().signal, listener);
    expect(result).toMatchObject({ subject: "redis-semaphore", isFenced: false });
    expect(result.brokenOff).toBeUndefined();
    expect(result.counts.cycles).toBeGreaterThan(20);
    expect(result.counts.renewals).toBe(0);
    expect(result.faults.length).toBeGreaterThan(0);
    expect(result.counts.processes).toBeGreaterThan(request.processCount);
    // Nothing was done to it that its promises do not cover.
    expect(result.problems.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
    expect(result.writes.every(({ lost, refused }) => lost === 0 && refused === 0)).toBe(true);
  });
});
