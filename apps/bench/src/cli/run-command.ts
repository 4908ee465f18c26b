import { Interruption } from "@holdfast/command-line";
import { compareReports } from "../compare/compare-reports.ts";
import { type GateField, gatePlanItems } from "../gates/gate-plan.ts";
import type { GateRow } from "../gates/gate-row.ts";
import { judge } from "../gates/judge.ts";
import { isShut } from "../gates/judgement.ts";
import { planItems } from "../method/plan.ts";
import { createProgress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { scenarios } from "../scenarios.ts";
import { UnreachableError } from "../server/given-servers.ts";
import { strategies } from "../strategies.ts";
import { type Measured, measure } from "./measure.ts";
import { publish, publishPage, publishPart } from "./publish.ts";
import type { RunRequest } from "./run-request.ts";

/** When a gate is missed, the noise is too large to tell, or nothing was measured. */
const GATE_EXIT_CODE = 1;
/** When a server of the user does not answer, or keeps keys of the run: EX_UNAVAILABLE of sysexits.h. */
const UNAVAILABLE_EXIT_CODE = 69;

/**
 * Measures, prints, writes the JSON (after each variant too), and gives the exit code. Whatever it started has ended by then.
 * `gates` are the rows to judge, undefined without `--gate`.
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
  const gating = gates && { gates, field };
  const onPart = (soFar: Measured): void => {
    try {
      publishPart(concluded(soFar, request, gating), request.json);
    } catch (error) {
      progress.say(`the results so far could not be written: ${String(error)}`);
    }
  };
  let measured: Measured;
  try {
    measured = await measure(plan, request.urls, { signal: interruption.signal, progress, onPart });
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    console.error(`bench: ${error.message}`);
    return UNAVAILABLE_EXIT_CODE;
  } finally {
    progress.stop();
  }
  const report = concluded(measured, request, gating);
  publish(report, request.json);
  if (request.html !== undefined) {
    await publishPage(report, request.html);
    console.error(`Page written to ${request.html}`);
  }
  return interruption.exitCode ?? exitCodeOf(report);
}

function exitCodeOf({ gates, givenServers }: Report): number {
  if (gates !== undefined && isShut(gates)) return GATE_EXIT_CODE;
  return givenServers === undefined || givenServers.failures.length === 0
    ? 0
    : UNAVAILABLE_EXIT_CODE;
}

/** Adds what follows from the figures. */
function concluded(
  measured: Measured,
  { quick, compareWith, flags }: RunRequest,
  gating: { readonly gates: readonly GateRow[]; readonly field: GateField } | undefined,
): Report {
  const report = { ...measured, notForGating: quick, flags };
  const { results, noise: controls, cannot, notMeasured: gaps } = measured;
  const evidence = gating && { results, controls, cannot, gaps, field: gating.field };
  return {
    ...report,
    ...(evidence && { gates: judge(gating.gates, evidence) }),
    ...(compareWith && {
      comparison: compareReports(scenarios, { before: compareWith, after: report }),
    }),
  };
}
