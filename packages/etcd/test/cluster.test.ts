import { createLocks } from "@holdfast/core";
import { checkAll } from "@holdfast/history";
import {
  type EtcdCluster,
  ensureServers,
  startEtcdCluster,
  startFaultProxy,
  until,
} from "@holdfast/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EtcdProvider, etcd } from "../src/index.ts";
import { CYCLES_MS_MAX, disturbedCycles } from "./disturbed-cycles.ts";
import { leaderOf, successorOf } from "./elections.ts";
import { EtcdContents } from "./etcd-contents.ts";
import { giveBack, request, take } from "./requests.ts";

const [found] = await ensureServers(["etcd"]);
const isLocal = found?.available === true && found.source === "local";
/** Ten reads and a keepalive are more. */
const SENT_BYTES_MIN = 500;
/** For tests that wait for elections and leases to end. */
const FAULT_MS_MAX = 60_000;

let cluster: EtcdCluster;
const opened: EtcdProvider[] = [];

beforeEach(async () => {
  if (isLocal) cluster = await startEtcdCluster(3);
});
afterEach(async () => {
  for (const provider of opened.splice(0)) await provider[Symbol.asyncDispose]();
  await cluster?.stop();
});

function open(hosts: readonly string[], commandTimeoutMs = 1_000): EtcdProvider {
  const provider = etcd({ hosts, commandTimeoutMs });
  opened.push(provider);
  return provider;
}

describe.runIf(isLocal)("three members", () => {
  test(
    "G-03 a lease outlives the leader, killed, and its lock is another's afterwards",
    async () => {
      const [locks, others] = [open(cluster.urls), open(cluster.urls)].map((provider) =>
        createLocks({ provider }),
      );
      if (locks === undefined || others === undefined) throw new Error("no locks");
      const lease = await locks.acquire("a", { ttlMs: 8_000 });
      const waiting = others.acquire("a", { waitMs: 60_000 });
      const first = await leaderOf(cluster);
      await first.kill();
      await successorOf(cluster, first);
      await until("it is renewed", () => lease.renew().then(Boolean, () => false));
      lease.assertValid();
      expect(await others.tryAcquire("a")).toBeUndefined();
      await until("it is released", async () => (await lease.release()) !== "unknown");
      const next = await waiting;
      expect(next.fencingToken > lease.fencingToken).toBe(true);
      await locks.close();
      await others.close();
    },
    FAULT_MS_MAX,
  );

  test(
    "G-01 what a leader answers that was stopped and replaced is no proof",
    async () => {
      const stopped = await leaderOf(cluster);
      await using proxy = await startFaultProxy({ target: stopped });
      const pinned = open([`${proxy.host}:${proxy.port}`], 20_000);
      const others = open(cluster.urls.filter((url) => url !== stopped.url));
      const asked = request("a", { ttlMs: 4_000 });
      await take(pinned, asked);
      await stopped.pause();
      const successor = await successorOf(cluster, stopped);
      // The successor counts the lease from its election: half of it passes before the keepalive is sent.
      const [lease = ""] = await new EtcdContents(successor).leases();
      await until("half of its ttl has passed", async () => {
        const ID = lease.replace("lease ", "");
        const { TTL = 0 } = await successor.ask("/v3/lease/timetolive", { ID });
        return Number(TTL) <= 2;
      });
      const sentBytes = (): number => proxy.traffic("to-server").deliveredBytes;
      const before = sentBytes();
      const renewing = Array.from({ length: 10 }, () => pinned.renew([asked]));
      await until("all is in its sockets", () => sentBytes() > before + SENT_BYTES_MIN);
      await stopped.resume();
      const outcomes = (await Promise.all(renewing)).flat();
      const clock = pinned.clock;
      let goneAtMs = Number.POSITIVE_INFINITY;
      await until("the lock is free", async () => {
        const { held } = await others.inspect("a");
        if (!held) goneAtMs = clock.monotonicMs();
        return !held;
      });
      for (const outcome of outcomes) {
        if (outcome.status !== "renewed") continue;
        expect(goneAtMs).toBeGreaterThanOrEqual(outcome.sentAtMs + outcome.validMs);
      }
      expect((await pinned.renew([asked]))[0]).not.toMatchObject({ status: "renewed" });
    },
    FAULT_MS_MAX,
  );

  test(
    "G-06 a stopped follower costs a call, and one member alone grants nothing",
    async () => {
      const first = await leaderOf(cluster);
      const followers = cluster.members.filter((member) => member !== first);
      const [one, two] = followers;
      if (one === undefined || two === undefined) throw new Error("no followers");
      const provider = open([one.url, two.url, first.url], 500);
      await one.pause();
      const asked = request("a");
      await until("another member is asked", async () => {
        return await provider.tryAcquire(asked).then(
          ({ granted }) => granted,
          () => false,
        );
      });
      expect(await giveBack(provider, asked, true)).toBe("released");
      await two.kill();
      const alone = request("b");
      const fault = await provider.tryAcquire(alone).catch((error: unknown) => error);
      expect(fault).toMatchObject({ code: "BACKEND_UNAVAILABLE" });
      await one.resume();
      await two.restart({ keepData: true });
      await until("the release is answered", async () => {
        return (await giveBack(provider, alone, true)) !== "unknown";
      });
      const next = request("b");
      await take(provider, next);
      expect(await giveBack(provider, next)).toBe("released");
    },
    FAULT_MS_MAX,
  );

  test(
    "G-01 G-04 a thousand cycles while leaders are killed in turn break neither exclusion nor tokens",
    async () => {
      const disturb = async (): Promise<void> => {
        const led = await leaderOf(cluster);
        await led.kill();
        await successorOf(cluster, led);
        await led.restart({ keepData: true });
      };
      const events = await disturbedCycles(cluster, {
        cycleCount: 1_000,
        disturbanceCount: 3,
        disturb,
      });
      expect(checkAll(events)).toEqual([]);
      const [member] = cluster.members;
      if (member === undefined) throw new Error("no member");
      const contents = new EtcdContents(member);
      expect([await contents.keys(), await contents.leases()]).toEqual([[], []]);
    },
    CYCLES_MS_MAX,
  );
});
