import type { LockClient } from "../strategy.ts";
import { type Cycle, cycleOf } from "./cycle.ts";
import { LatencyHistogram } from "./latency-histogram.ts";

/** Asks an agent to acquire and release for `seconds` with `callers` callers, a name each. */
export interface CycleRequest {
  readonly callers: number;
  readonly seconds: number;
  /** One cycle in so many is timed; see {@link strideFor}. */
  readonly stride: number;
}

export interface CycleReply {
  readonly cycles: number;
  readonly elapsedUs: number;
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** At each of {@link LATENCY_PERCENTS}. */
  readonly latencyUs: readonly number[];
}

/** Where the distribution of the latencies is read off. */
export const LATENCY_PERCENTS: readonly number[] = [
  ...[1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 100],
];

/** Most untimed cycles between two timed ones. */
const STRIDE_MAX = 64;
/** A timed cycle costs two clock readings; it may take at most about a hundredth of the whole. */
const TIMED_EVERY_US = 15;

/**
 * Repeats uncontended acquire and release. Cycles that take microseconds are timed only now and
 * then, since the clock would otherwise be a good part of what is measured.
 */
export async function cycleWork(client: LockClient, request: CycleRequest): Promise<CycleReply> {
  const histogram = await LatencyHistogram.create();
  const cycle = cycleOf(client);
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const untilMs = startMs + request.seconds * 1000;
  const callers = Array.from({ length: request.callers }, (_, index) =>
    cycleUntil(cycle, `bench:${process.pid}:${index}`, {
      untilMs,
      stride: request.stride,
      histogram,
    }),
  );
  const cycles = (await Promise.all(callers)).reduce((sum, count) => sum + count, 0);
  const cpu = process.cpuUsage(cpuBefore);
  return {
    cycles,
    elapsedUs: (performance.now() - startMs) * 1000,
    cpuUs: cpu.user + cpu.system,
    p50Us: histogram.percentileUs(50),
    p99Us: histogram.percentileUs(99),
    latencyUs: LATENCY_PERCENTS.map((percent) => histogram.percentileUs(percent)),
  };
}

interface Loop {
  readonly untilMs: number;
  readonly stride: number;
  readonly histogram: LatencyHistogram;
}

/** One caller. Returns how many cycles it made. */
async function cycleUntil(cycle: Cycle, name: string, loop: Loop): Promise<number> {
  let cycles = 0;
  for (;;) {
    const startMs = performance.now();
    await cycle(name);
    const endMs = performance.now();
    loop.histogram.record((endMs - startMs) * 1000);
    cycles += 1;
    if (endMs >= loop.untilMs) return cycles;
    for (let untimed = 1; untimed < loop.stride; untimed += 1) await cycle(name);
    cycles += loop.stride - 1;
  }
}

/** How many cycles go by for each one that is timed: 1 as soon as a cycle is a round trip. */
export function strideFor(cycleUs: number): number {
  return Math.max(1, Math.min(STRIDE_MAX, Math.round(TIMED_EVERY_US / cycleUs)));
}
