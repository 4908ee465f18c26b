import { createLocks, type Locks } from "@holdfast/core";
import { startRedisMany } from "@holdfast/test-servers";
import { expect, test } from "vitest";
import { redlock } from "../src/index.ts";

const CYCLES = 1_000;

/** How each of so many uncontended acquires ended, one after the other and each released at once. */
async function outcomes(locks: Locks, kind: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const outcome = await locks
      .acquire(`availability/${kind}/${cycle}`, { waitMs: 0 })
      .then((lease) => lease.release())
      .catch((error) => String(error));
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

function pendingTimers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
}

test.each([
  { faulty: 1, members: 3, fault: "killed" },
  { faulty: 2, members: 5, fault: "killed" },
  { faulty: 1, members: 3, fault: "hung" },
  { faulty: 2, members: 5, fault: "hung" },
] as const)(
  "G-07 every uncontended acquire succeeds with $faulty of $members members $fault",
  async ({ faulty, members, fault }) => {
    const before = pendingTimers();
    const servers = await startRedisMany(members);
    const urls = servers.map(({ url }) => url);
    const locks = createLocks({ provider: redlock({ urls, restartGuardMs: 0 }) });
    try {
      const all = new Map([["released", CYCLES]]);
      expect(await outcomes(locks, "healthy")).toEqual(all);
      for (const server of servers.slice(0, faulty)) {
        await (fault === "killed" ? server.kill() : server.pause());
      }
      expect(await outcomes(locks, fault)).toEqual(all);
    } finally {
      await locks.close();
      await Promise.all(servers.map((server) => server.stop()));
      // Releases that wait for a connection to a server that is gone do so for the time of a command.
      await expect.poll(pendingTimers, { timeout: 10_000 }).toBeLessThanOrEqual(before);
    }
  },
  60_000,
);
