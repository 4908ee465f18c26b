import { until } from "@holdfast/test-servers";
import { expect } from "vitest";
import { onRedis } from "../src/faults/redis-only.ts";
import type { Ground, RedisGround } from "../src/ground.ts";
import { AcknowledgedCount } from "./acknowledged-count.ts";
import { type Bite, closes, fails, takes } from "./bite.ts";

const STANDING = "holdfast:{standing}";
const HOUR_MS = 3_600_000;
/** Of the last answers, the one that travelled shortest tells the time best. */
const LAST_COUNT = 10;

function redisOf(ground: Ground): RedisGround {
  if (!onRedis(ground)) throw new Error(`${ground.backend} is no Redis`);
  return ground;
}

/** A lock that somebody else has, on every member. */
async function leaveStanding(ground: Ground): Promise<void> {
  for (const { server } of redisOf(ground).members) {
    await server.command("SET", STANDING, "somebody", "PX", HOUR_MS);
  }
}

/** On which members it is still there. */
async function standing(ground: Ground): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const { server } of redisOf(ground).members) {
    counts.push(Number(await server.command("EXISTS", STANDING)));
  }
  return counts;
}

/** The same fault, and the lock is gone from so many members, of the first ones. */
function forgets(bite: Bite, goneCount = 1): Bite {
  return {
    ...bite,
    before: leaveStanding,
    async after(ground) {
      const there = await standing(ground);
      expect(there).toEqual(there.map((_count, index) => (index < goneCount ? 0 : 1)));
    },
  };
}

/** The same fault, and nothing is forgotten. */
function keeps(bite: Bite): Bite {
  return forgets(bite, 0);
}

function ahead(id: string, check: (aheadMs: number) => void): Bite {
  return {
    id,
    needsClock: true,
    seen: ({ aheadMs }) => check(Math.min(...aheadMs.slice(-LAST_COUNT))),
    async after(ground) {
      for (const { clock } of redisOf(ground).members) clock?.reset();
    },
  };
}

/** What was acknowledged before the failover is missing once; the way back loses nothing. */
function failsOver(id: string): Bite {
  let count: AcknowledgedCount | undefined;
  return {
    id,
    async before(ground) {
      await leaveStanding(ground);
      const [member] = redisOf(ground).members;
      if (member === undefined) throw new Error("the ground has no member");
      const counting = new AcknowledgedCount(member.proxy);
      count = counting;
      await until("the server counts", () => counting.last > 0);
    },
    async after(ground) {
      expect(await count?.stop()).toBe(1);
      expect(await standing(ground)).toEqual([1]);
    },
  };
}

const LOST = /No reply/;
const REFUSED = /ECONNREFUSED/;
const CLOSED = /closed|ECONNRESET|EPIPE/;

/** What a member shows, be it alone or not. */
const memberBites: readonly Bite[] = [
  keeps(fails("replies-lost", LOST)),
  keeps(fails("requests-held", LOST)),
  keeps(fails("replies-held", LOST)),
  keeps(fails("black-holed", LOST)),
  keeps(fails("connections-refused", REFUSED)),
  keeps(closes("connections-reset", 3)),
  takes("latency-jittered", 300),
  closes("network-lossy", 3),
  fails("link-slow", LOST),
  keeps(fails("server-paused", LOST)),
  keeps(fails("server-killed", CLOSED)),
  ahead("server-clock-rate", (aheadMs) => expect(aheadMs).toBeGreaterThan(8)),
  ahead("server-clock-nudged", (aheadMs) => expect(aheadMs).toBeGreaterThan(2.9)),
  keeps(closes("clients-killed", 3)),
  keeps(fails("scripts-flushed", /NOSCRIPT/)),
  keeps(fails("memory-full", /OOM/)),
  keeps(fails("server-read-only", /READONLY/)),
  keeps(fails("server-busy", /BUSY/)),
  keeps(fails("password-demanded", /NOAUTH/)),
  {
    id: "notifications-lost",
    seen(first, others) {
      for (const { errors, heardCount, answerCount } of [first, ...others]) {
        expect(errors).toEqual([]);
        expect(heardCount).toBeLessThan(answerCount / 2);
      }
    },
  },
  forgets({ id: "flushed" }),
  forgets({ id: "lock-deleted" }),
  forgets({ id: "locks-evicted" }),
];

export const redisBites: readonly Bite[] = [
  ...memberBites,
  ahead("server-clock-back", (aheadMs) => expect(aheadMs).toBeLessThan(-500)),
  ahead("locks-expired-early", (aheadMs) => expect(aheadMs).toBeGreaterThan(1_900)),
  forgets(fails("restarted-empty", CLOSED)),
  forgets(fails("flushed-at-rest", REFUSED)),
  forgets(closes("data-lost", 1)),
  failsOver("failed-over"),
];

export const redlockBites: readonly Bite[] = [
  ...memberBites,
  takes("member-slow", 190),
  forgets(closes("member-restarted-empty", 1)),
  forgets(closes("members-restarted-empty", 1), 3),
  {
    id: "majority-cut-off",
    seen(first, [second, third]) {
      expect(first.errors.join()).toMatch(LOST);
      expect(second?.errors.join()).toMatch(LOST);
      expect(third?.errors).toEqual([]);
    },
  },
  {
    ...forgets({ id: "member-clock-astray" }),
    needsClock: true,
    seen: ({ aheadMs }) => expect(Math.max(...aheadMs)).toBeGreaterThan(4_000),
  },
];
