import { parentPort } from "node:worker_threads";
import { runSeed } from "../run/run-seed.ts";
import type { Chunk, ChunkResult, FailedSeed } from "./seed-message.ts";

/** A stack for each of a world's many errors would cost more than the world. */
Error.stackTraceLimit = 0;

/** Runs the chunks that it is sent, and answers each with its result. */
parentPort?.on("message", (chunk: Chunk) => void runChunk(chunk));

async function runChunk(chunk: Chunk): Promise<void> {
  const { firstSeed, seedCount, topology } = chunk;
  const failed: FailedSeed[] = [];
  let eventCount = 0;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed += 1) {
    const result = await runSeed(seed, { topology });
    eventCount += result.eventCount;
    if (result.violations.length === 0) continue;
    failed.push({ seed, topology: result.scenario.topology, violations: result.violations });
  }
  parentPort?.postMessage({ chunk, eventCount, failed } satisfies ChunkResult);
}
