import { writeFile } from "node:fs/promises";
import { AgentHost } from "../agent/agent-host.ts";
import { runBench, type Selection } from "../method/run-bench.ts";
import { describeMachine } from "../report/machine.ts";
import { createProgress, type Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { summaryText } from "../report/summary-text.ts";
import { describeVersions } from "../report/versions.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { RedisUnderTest } from "../server/redis-under-test.ts";
import { Interruption } from "./interruption.ts";

/** Measures, prints, writes the JSON, and gives the exit code. Whatever it started has ended by then. */
export async function runCommand(
  selection: Selection,
  jsonFile: string | undefined,
): Promise<number> {
  using interruption = new Interruption();
  const progress = await createProgress(process.stderr);
  const report = await measure(selection, interruption, progress);
  progress.stop();
  process.stdout.write(summaryText(selection.scenarios, report));
  if (jsonFile !== undefined) {
    await writeFile(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
    process.stdout.write(`Results written to ${jsonFile}\n`);
  }
  return interruption.exitCode ?? 0;
}

async function measure(
  selection: Selection,
  { signal }: Interruption,
  progress: Progress,
): Promise<Report> {
  const pinning = CorePinning.find();
  const { redis, redisMissing } = await startServer(selection, pinning, progress);
  const machine = describeMachine(pinning.core, redis?.pinned);
  const versions = await describeVersions(redis?.version);
  const host = new AgentHost(pinning, redis);
  const killAllNow = (): void => host.killAllNow();
  const killAll = (): void => void host.killAll();
  process.once("exit", killAllNow);
  signal.addEventListener("abort", killAll, { once: true });
  try {
    const options = { host, redisMissing, signal, listener: progress };
    const { results, gaps } = await runBench(selection, options);
    return { machine, versions, complete: !signal.aborted, results, notMeasured: gaps };
  } finally {
    await host.killAll();
    await redis?.stop();
    process.off("exit", killAllNow);
  }
}

interface ServerStart {
  readonly redis?: RedisUnderTest;
  readonly redisMissing?: string;
}

/** Starts Redis if the selection needs it. Without one the rest is measured all the same. */
async function startServer(
  { strategies, scenarios }: Selection,
  pinning: CorePinning,
  progress: Progress,
): Promise<ServerStart> {
  const isNeeded =
    strategies.some(({ backend }) => backend === "redis") &&
    scenarios.some(({ usesServer }) => usesServer);
  if (!isNeeded) return {};
  progress.say("starting a Redis server");
  try {
    return { redis: await RedisUnderTest.start(pinning) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { redisMissing: why.replaceAll(/\s*\n\s*/g, " ") };
  }
}
