import { writeFile } from "node:fs/promises";
import { AgentHost } from "../agent/agent-host.ts";
import { runBench, type Selection } from "../method/run-bench.ts";
import { describeMachine } from "../report/machine.ts";
import { createProgress, type Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { summaryText } from "../report/summary-text.ts";
import { describeVersions } from "../report/versions.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { Servers } from "../server/servers.ts";
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
  const needed = selection.scenarios.some(({ usesServer }) => usesServer)
    ? selection.strategies
    : [];
  const servers = await Servers.start(needed, pinning, (what) => progress.say(what));
  const machine = describeMachine(pinning.core, servers.pinned);
  const versions = await describeVersions(servers.versions);
  const host = new AgentHost(pinning, servers);
  const killAllNow = (): void => host.killAllNow();
  const killAll = (): void => void host.killAll();
  process.once("exit", killAllNow);
  signal.addEventListener("abort", killAll, { once: true });
  try {
    const options = { host, signal, listener: progress };
    const { results, gaps } = await runBench(selection, options);
    return { machine, versions, complete: !signal.aborted, results, notMeasured: gaps };
  } finally {
    await host.killAll();
    await servers.stop();
    process.off("exit", killAllNow);
  }
}
