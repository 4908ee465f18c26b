import { until } from "@holdfast/test-servers";
import type { Client } from "pg";
import { expect } from "vitest";
import type { Ground, PostgresGround } from "../src/ground.ts";
import { type Bite, closes, fails, takes } from "./bite.ts";

const LOST = /timeout/i;
const HOUR_MS = 3_600_000;

/** Holds what the question asks for, so that nobody else holds anything, for longer than any fault lasts. */
const STANDING = "SELECT pg_advisory_lock(1, 5), pg_sleep(600)";
const STANDING_MS_MAX = 700_000;
const TAKE = "SELECT pg_advisory_lock(2, $1)";
const WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
const PAIR_COUNT = 20;
const HOLDS = "SELECT 1 FROM pg_stat_activity WHERE query = $1 AND wait_event = 'PgSleep'";

function postgresOf(ground: Ground): PostgresGround {
  if (ground.backend !== "postgres") throw new Error(`${ground.backend} is no Postgres`);
  return ground;
}

/** A statement that is under way all the time fails with words like these: a short one the fault may miss. */
function endsStanding(id: string, pattern: RegExp): Bite {
  let standing: Promise<unknown> | undefined;
  return {
    id,
    async before(ground) {
      const [member] = postgresOf(ground).members;
      if (member === undefined) throw new Error("the ground has no member");
      const client = await member.server.connect(STANDING_MS_MAX);
      standing = client.query(STANDING).finally(() => client.end());
      standing.catch(() => {});
      const holds = async (): Promise<boolean> =>
        (await member.server.query(HOLDS, [STANDING])).length > 0;
      await until("somebody holds a lock", holds);
    },
    async after() {
      await expect(standing).rejects.toThrow(pattern);
    },
  };
}

/** Sessions end one after the other, and nobody who waits is granted the lock of one that ended before its own. */
function endsWaitersFirst(bite: Bite): Bite {
  let waits: readonly Promise<unknown>[] = [];
  return {
    ...bite,
    async before(ground) {
      const [member] = postgresOf(ground).members;
      if (member === undefined) throw new Error("the ground has no member");
      const connect = (): Promise<Client> => member.server.connect(STANDING_MS_MAX);
      const holders = await Promise.all(Array.from({ length: PAIR_COUNT }, connect));
      const waiters = await Promise.all(Array.from({ length: PAIR_COUNT }, connect));
      await Promise.all(holders.map((holder, index) => holder.query(TAKE, [index])));
      waits = waiters.map((waiter, index) => waiter.query(TAKE, [index]));
      for (const wait of waits) wait.catch(() => {});
      const allWait = async (): Promise<boolean> =>
        (await member.server.query(WAITING)).length === PAIR_COUNT;
      await until("everybody waits", allWait);
    },
    async after() {
      const granted = await Promise.allSettled(waits);
      expect(granted.filter(({ status }) => status === "fulfilled")).toEqual([]);
    },
  };
}

function ahead(id: string, check: (aheadMs: number) => void): Bite {
  return {
    id,
    needsClock: true,
    seen: ({ aheadMs }) => check(Math.min(...aheadMs.slice(-10))),
    async after(ground) {
      for (const member of ground.members) if ("clock" in member) member.clock?.reset();
    },
  };
}

export const postgresBites: readonly Bite[] = [
  fails("replies-lost", LOST),
  fails("requests-held", LOST),
  fails("replies-held", LOST),
  fails("black-holed", LOST),
  fails("connections-refused", /ECONNREFUSED/),
  takes("latency-jittered", 300),
  fails("link-slow", LOST),
  fails("server-paused", LOST),
  closes("server-killed", 1),
  ahead("server-clock-back", (aheadMs) => expect(aheadMs).toBeLessThan(-500)),
  ahead("server-clock-ahead", (aheadMs) => expect(aheadMs).toBeGreaterThan(HOUR_MS / 2)),
  ahead("server-clock-rate", (aheadMs) => expect(aheadMs).toBeGreaterThan(8)),
  endsWaitersFirst(fails("sessions-terminated", /57P01|terminat|timeout/)),
  endsStanding("holder-terminated", /terminat/),
  endsStanding("statements-cancelled", /cancel/),
  fails("connections-exhausted", /53300/),
  fails("lock-table-full", /53200|out of shared memory/),
];
