import { writeFile } from "node:fs/promises";
import { AgentHost } from "../agent/agent-host.ts";
import { compareReports } from "../compare/compare-reports.ts";
import { type GateField, gatePlanItems } from "../gates/gate-plan.ts";
import type { GateRow } from "../gates/gate-row.ts";
import { judge } from "../gates/judge.ts";
import { isFailure } from "../gates/judgement.ts";
import type { Outcome } from "../method/outcome.ts";
import { type Plan, planItems } from "../method/plan.ts";
import { runBench } from "../method/run-bench.ts";
import { describeMachine } from "../report/machine.ts";
import { createProgress, type Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { reportJson } from "../report/report-json.ts";
import { summaryText } from "../report/summary-text.ts";
import { describeVersions } from "../report/versions.ts";
import { scenarios } from "../scenarios.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { Servers } from "../server/servers.ts";
import { strategies } from "../strategies.ts";
import { Interruption } from "./interruption.ts";
import { type RunRequest, STDOUT } from "./run-request.ts";

/** Exit code when a gate is missed, or the noise is too large to tell. */
const GATE_EXIT_CODE = 1;

/**
 * Measures, prints, writes the JSON, and gives the exit code. Whatever it started has ended by then.
 * `gates` are the rows to judge, none without `--gate`.
 */
export async function runCommand(
  request: RunRequest,
  gates: readonly GateRow[] | undefined,
): Promise<number> {
  using interruption = new Interruption();
  const progress = await createProgress(process.stderr);
  const field = { scenarios: request.scenarios, chosen: request.strategies, known: strategies };
  const items =
    gates === undefined
      ? planItems(request.scenarios, request.strategies)
      : gatePlanItems(gates, field);
  const plan = { items, seconds: request.seconds, rounds: request.rounds };
  const measured = await measure(plan, interruption, progress);
  progress.stop();
  const report = concluded(measured, request, gates === undefined ? undefined : { gates, field });
  await publish(report, request.json);
  if (interruption.exitCode !== undefined) return interruption.exitCode;
  return report.gates?.some(isFailure) === true ? GATE_EXIT_CODE : 0;
}

/** What a run measured, and where. */
type Measured = Omit<Report, "notForGating" | "gates" | "comparison">;

/** Adds what follows from the figures. */
function concluded(
  measured: Measured,
  { quick, compareWith }: RunRequest,
  gating: { readonly gates: readonly GateRow[]; readonly field: GateField } | undefined,
): Report {
  const report = { ...measured, notForGating: quick };
  const outcome = { ...outcomeOf(report) };
  return {
    ...report,
    ...(gating && { gates: judge(gating.gates, { ...outcome, field: gating.field }) }),
    ...(compareWith && {
      comparison: compareReports(scenarios, { before: compareWith, after: report }),
    }),
  };
}

function outcomeOf({ results, noise, cannot, notMeasured }: Measured): Outcome {
  return { results, controls: noise, cannot, gaps: notMeasured };
}

async function measure(
  plan: Plan,
  { signal }: Interruption,
  progress: Progress,
): Promise<Measured> {
  const pinning = CorePinning.find();
  const needed = plan.items
    .filter(({ scenario }) => scenario.usesServer)
    .flatMap((item) => item.strategies);
  const servers = await Servers.start(needed, pinning, (what) => progress.say(what));
  const machine = describeMachine(pinning.core, servers.pinned);
  const versions = await describeVersions(servers.versions);
  const host = new AgentHost(pinning, servers);
  const killAllNow = (): void => host.killAllNow();
  const killAll = (): void => void host.killAll();
  process.once("exit", killAllNow);
  signal.addEventListener("abort", killAll, { once: true });
  try {
    const outcome = await runBench(plan, { host, signal, listener: progress });
    const { results, controls: noise, cannot, gaps: notMeasured } = outcome;
    return { machine, versions, complete: !signal.aborted, results, noise, cannot, notMeasured };
  } finally {
    await host.killAll();
    await servers.stop();
    process.off("exit", killAllNow);
  }
}

/** Tables to the standard output and the JSON into its file; or the JSON there and the tables beside. */
async function publish(report: Report, json: string | undefined): Promise<void> {
  const text = summaryText(scenarios, report);
  if (json === STDOUT) {
    process.stderr.write(text);
    process.stdout.write(reportJson(report));
    return;
  }
  process.stdout.write(text);
  if (json === undefined) return;
  await writeFile(json, reportJson(report));
  process.stdout.write(`Results written to ${json}\n`);
}
