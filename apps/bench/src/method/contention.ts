import type { Sample } from "../scenario.ts";
import type { ContenderReply, Tenure } from "../work/contender-work.ts";
import { jainIndex } from "./jain-index.ts";
import { longestRun } from "./longest-run.ts";
import { trueSwitches } from "./true-switches.ts";
import { waitQuantile } from "./wait-quantile.ts";

/** A lease with the process and the contender that had it, both numbered over the whole slice. */
interface Turn extends Tenure {
  readonly process: number;
}

/** What every process of one slice reported. */
export interface Slice {
  readonly replies: readonly ContenderReply[];
  readonly seconds: number;
  /** In each process. */
  readonly contenders: number;
}

/** Puts what every process saw on one time line and says how the lock was shared. */
export function contention({ replies, seconds, contenders }: Slice): Sample {
  const turns = turnsOf(replies, contenders);
  const shares = sharesOf(turns, replies.length * contenders);
  const waits = {
    ended: turns.map(({ askedUs, grantedUs }) => grantedUs - askedUs),
    cutShort: replies.flatMap(({ unfinishedWaitsUs }) => unfinishedWaitsUs),
  };
  const p50 = waitQuantile(waits, 0.5);
  const p99 = waitQuantile(waits, 0.99);
  const longest = waitQuantile(waits, 1);
  return {
    switchesPerSecond: trueSwitches(turns.map(({ contender }) => contender)) / seconds,
    processSwitchesPerSecond: trueSwitches(turns.map(({ process }) => process)) / seconds,
    acquisitionsPerSecond: turns.length / seconds,
    jain: jainIndex(shares),
    starved: shares.filter((share) => share === 0).length,
    waitP50Ms: p50.waitUs / 1000,
    waitP50Open: Number(p50.isOpen),
    waitP99Ms: p99.waitUs / 1000,
    waitP99Open: Number(p99.isOpen),
    waitMaxMs: longest.waitUs / 1000,
    waitMaxOpen: Number(longest.isOpen),
    turnsMin: Math.min(...shares),
    turnsMax: Math.max(...shares),
    processRunMax: longestRun(turns.map(({ process }) => process)),
    failures: replies.reduce((sum, reply) => sum + reply.failureCount, 0),
    overlaps: overlapsIn(turns),
  };
}

/** How many turns each contender had; those of one process beside each other. */
export function turnCounts({ replies, contenders }: Slice): readonly number[] {
  return sharesOf(turnsOf(replies, contenders), replies.length * contenders);
}

/** How many acquisitions the server has seen: those of the slice, and those that emptied the queue. */
export function acquisitionCount(replies: readonly ContenderReply[]): number {
  return replies.reduce((sum, reply) => sum + reply.tenures.length + reply.lateCount, 0);
}

function turnsOf(replies: readonly ContenderReply[], contendersPerProcess: number): Turn[] {
  return replies
    .flatMap((reply, process) =>
      reply.tenures.map((tenure) => ({
        ...tenure,
        process,
        contender: process * contendersPerProcess + tenure.contender,
      })),
    )
    .sort((a, b) => a.grantedUs - b.grantedUs);
}

function sharesOf(turns: readonly Turn[], contenders: number): number[] {
  const shares = new Array<number>(contenders).fill(0);
  for (const { contender } of turns) shares[contender] = (shares[contender] ?? 0) + 1;
  return shares;
}

/** Leases granted before the one in front was given back. More than none is a broken lock. */
function overlapsIn(turns: readonly Turn[]): number {
  let count = 0;
  let releasedUs = Number.NEGATIVE_INFINITY;
  for (const turn of turns) {
    if (turn.grantedUs < releasedUs) count += 1;
    releasedUs = Math.max(releasedUs, turn.releasedUs);
  }
  return count;
}
