import type { Sample } from "../scenario.ts";
import type { ContenderReply, Tenure } from "../work/contender-work.ts";
import { LatencyHistogram } from "../work/latency-histogram.ts";
import { jainIndex } from "./jain-index.ts";
import { longestRun } from "./longest-run.ts";
import { trueSwitches } from "./true-switches.ts";

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
export async function contention({ replies, seconds, contenders }: Slice): Promise<Sample> {
  const turns = turnsOf(replies, contenders);
  const shares = sharesOf(turns, replies.length * contenders);
  const waits = await waitsOf(replies);
  const p99Us = waits.percentileUs(99);
  const maxUs = waits.percentileUs(100);
  return {
    switchesPerSecond: trueSwitches(turns.map(({ contender }) => contender)) / seconds,
    processSwitchesPerSecond: trueSwitches(turns.map(({ process }) => process)) / seconds,
    acquisitionsPerSecond: turns.length / seconds,
    jain: jainIndex(shares),
    starved: shares.filter((share) => share === 0).length,
    waitP50Ms: waits.percentileUs(50) / 1000,
    waitP99Ms: p99Us / 1000,
    waitP99OpenPercent: openPercent(replies, p99Us),
    waitMaxMs: maxUs / 1000,
    waitMaxOpenPercent: openPercent(replies, maxUs),
    turnsMin: Math.min(...shares),
    turnsMax: Math.max(...shares),
    processRunMax: longestRun(turns.map(({ process }) => process)),
    failures: replies.reduce((sum, reply) => sum + reply.failureCount, 0),
    overlaps: overlapsIn(turns),
  };
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

/**
 * All waits, the unfinished ones with what they had lasted: without them, a contender that never got
 * the lock would have no wait at all.
 */
async function waitsOf(replies: readonly ContenderReply[]): Promise<LatencyHistogram> {
  const histogram = await LatencyHistogram.create();
  for (const reply of replies) {
    for (const { askedUs, grantedUs } of reply.tenures) histogram.record(grantedUs - askedUs);
    for (const waitUs of reply.unfinishedWaitsUs) histogram.record(waitUs);
  }
  return histogram;
}

/**
 * Of the waits as long as `thresholdUs` or longer, how many the slice cut short. Where there are any, a
 * percentile there is only the least that it can be.
 */
function openPercent(replies: readonly ContenderReply[], thresholdUs: number): number {
  const open = replies.flatMap(({ unfinishedWaitsUs }) => unfinishedWaitsUs);
  const ended = replies.flatMap(({ tenures }) =>
    tenures.map(({ askedUs, grantedUs }) => grantedUs - askedUs),
  );
  // The histogram rounds up, by a thousandth at most.
  const isLong = (waitUs: number): boolean => waitUs >= thresholdUs * 0.999;
  const openCount = open.filter(isLong).length;
  const count = openCount + ended.filter(isLong).length;
  return count === 0 ? 0 : (100 * openCount) / count;
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
