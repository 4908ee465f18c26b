import { describe, expect, test } from "vitest";
import { faults } from "../dist/faults.js";
import { grounds } from "../dist/grounds.js";
import { Conductor } from "../dist/run/conductor.js";
import { subjects } from "../dist/subjects.js";

const MINUTES = 10 / 60;
/** What no library can mend, and what every one has to bear. */
const HARMLESS = ["worker-killed", "scripts-flushed"];

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

  test("take turns under faults like Holdfast, and their processes are replaced", async () => {
    const ground = grounds.find(({ backend }) => backend === "redis");
    if (ground === undefined) throw new Error("there is no ground for Redis");
    const request = {
      ground,
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
