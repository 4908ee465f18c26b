import { createLocks } from "@holdfast/core";
import { checkAll } from "@holdfast/history";
import { type EtcdCluster, ensureServers, startEtcdCluster, until } from "@holdfast/test-servers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { etcd } from "../src/index.ts";
import { CYCLES_MS_MAX, disturbedCycles } from "./disturbed-cycles.ts";
import { leaderOf, successorOf } from "./elections.ts";
import { EtcdContents } from "./etcd-contents.ts";

const [found] = await ensureServers(["etcd"]);
const isLocal = found?.available === true && found.source === "local";
const COMMAND_TIMEOUT_MS = 500;
/** For tests that wait for elections and leases to end. */
const FAULT_MS_MAX = 60_000;

let cluster: EtcdCluster;

beforeEach(async () => {
  if (isLocal) cluster = await startEtcdCluster(3, { isIsolable: true });
});
afterEach(async () => {
  await cluster?.stop();
});

function locksOn(hosts: readonly string[]) {
  const provider = etcd({ hosts, commandTimeoutMs: COMMAND_TIMEOUT_MS });
  return createLocks({ provider, unavailableMs: 20_000 });
}

describe.runIf(isLocal)("a leader that is cut off from its peers", () => {
  test(
    "G-02 G-01 its client is told of the loss before another has the lock",
    async () => {
      const cutOff = await leaderOf(cluster);
      const locks = locksOn([cutOff.url]);
      const others = locksOn(cluster.urls.filter((url) => url !== cutOff.url));
      const lease = await locks.acquire("a", { ttlMs: 2_000 });
      const events: string[] = [];
      lease.signal.addEventListener("abort", () => events.push("told"));
      await cluster.isolate(cutOff);
      const next = await others.acquire("a", { waitMs: 60_000 });
      events.push("granted to another");
      expect(events).toEqual(["told", "granted to another"]);
      expect(next.fencingToken > lease.fencingToken).toBe(true);
      expect(await next.release()).toBe("released");
      await cluster.heal();
      const again = await locks.acquire("a", { waitMs: 60_000 });
      expect(again.fencingToken > next.fencingToken).toBe(true);
      expect(await again.release()).toBe("released");
      await locks.close();
      await others.close();
    },
    FAULT_MS_MAX,
  );

  test(
    "G-03 a lease lives on through the other members",
    async () => {
      const cutOff = await leaderOf(cluster);
      const rest = cluster.urls.filter((url) => url !== cutOff.url);
      const [locks, others] = [locksOn([cutOff.url, ...rest]), locksOn(rest)];
      const lease = await locks.acquire("a", { ttlMs: 8_000 });
      await cluster.isolate(cutOff);
      await until("it is renewed", () => lease.renew().then(Boolean, () => false));
      lease.assertValid();
      await until("another client is refused", async () => {
        return await others.tryAcquire("a").then(
          (taken) => taken === undefined,
          () => false,
        );
      });
      await until("it is released", async () => (await lease.release()) !== "unknown");
      await locks.close();
      await others.close();
    },
    FAULT_MS_MAX,
  );

  test(
    "G-01 G-04 cycles while leaders are cut off in turn break neither exclusion nor tokens",
    async () => {
      const disturb = async (): Promise<void> => {
        const led = await leaderOf(cluster);
        await cluster.isolate(led);
        await successorOf(cluster, led);
        await cluster.heal();
      };
      const events = await disturbedCycles(cluster, {
        cycleCount: 400,
        disturbanceCount: 3,
        disturb,
      });
      expect(checkAll(events)).toEqual([]);
      const contents = new EtcdContents(await leaderOf(cluster));
      await until("nothing is left", async () => {
        const left = [...(await contents.keys()), ...(await contents.leases())];
        return left.length === 0;
      });
    },
    CYCLES_MS_MAX,
  );
});
