import type { Report } from "../report/report.ts";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { judge } from "./judge.ts";
import type { Judgement } from "./judgement.ts";
import { readGates } from "./read-gates.ts";

/**
 * What a run says about each target: its own verdicts where it was judged, or else those that its
 * figures give now. Throws a `GatesError` where there are no targets to read.
 */
export function targetsOf(report: Report): readonly Judgement[] {
  if (report.gates !== undefined) return report.gates;
  const { results, noise: controls, cannot, notMeasured: gaps } = report;
  const places = [...results, ...cannot, ...gaps];
  const field = {
    scenarios: scenarios.filter(({ id }) => places.some(({ scenario }) => scenario === id)),
    chosen: strategies.filter(({ id }) => places.some(({ strategy }) => strategy === id)),
    known: strategies,
  };
  return judge(readGates(), { results, controls, cannot, gaps, field });
}
