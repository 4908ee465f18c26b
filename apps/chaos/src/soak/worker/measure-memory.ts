import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { MemorySample } from "../memory-sample.ts";

/** Collections until nothing more goes: finalizers free more, and so do turns of the loop. */
const COLLECTION_COUNT_MAX = 8;
/** Less is noise of the measurement itself. */
const FREED_BYTES_MIN = 1_024;

/** Collects the garbage and measures what is left. Needs `--expose-gc`. */
export async function measureMemory(cycles: number): Promise<MemorySample> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("memory is measured under --expose-gc only");
  let before = Number.POSITIVE_INFINITY;
  for (let count = 0; count < COLLECTION_COUNT_MAX; count += 1) {
    await turnOfLoop();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    if (before - (heapUsed + external) < FREED_BYTES_MIN) break;
    before = heapUsed + external;
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { cycles, heapBytes: heapUsed, externalBytes: external, residentBytes: rss };
}
