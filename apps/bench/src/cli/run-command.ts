import { writeFile } from "node:fs/promises";
import { AgentHost } from "../agent/agent-host.ts";
import { runBench, type Selection } from "../method/run-bench.ts";
import { describeMachine } from "../report/machine.ts";
import { createProgress, type Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { summaryText } from "../report/summary-text.ts";
import { describeVersions } from "../report/versions.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { RedisServers, serverCountOf } from "../server/redis-servers.ts";
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
  const { redis, redisMissing } = await startServers(selection, pinning, progress);
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
  readonly redis?: RedisServers;
  readonly redisMissing?: string;
}

/** Starts as many Redis servers as the selection needs. Without them the rest is measured all the same. */
async function startServers(
  { strategies, scenarios }: Selection,
  pinning: CorePinning,
  progress: Progress,
): Promise<ServerStart> {
  const serverCount = Math.max(0, ...strategies.map(serverCountOf));
  if (serverCount === 0 || !scenarios.some(({ usesServer }) => usesServer)) return {};
  progress.say(`starting ${serverCount === 1 ? "a Redis server" : `${serverCount} Redis servers`}`);
  try {
    return { redis: await RedisServers.start(serverCount, pinning) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { redisMissing: why.replaceAll(/\s*\n\s*/g, " ") };
  }
}
