import type { Report } from "../report/report.ts";
import type { Chart } from "./chart.ts";
import { commandCharts } from "./charts/command-charts.ts";
import { fairnessCharts } from "./charts/fairness-charts.ts";
import { latencyCharts } from "./charts/latency-charts.ts";
import { pauseCharts } from "./charts/pause-charts.ts";
import { switchCharts } from "./charts/switch-charts.ts";

const KINDS = [latencyCharts, switchCharts, fairnessCharts, commandCharts, pauseCharts];

/** Every chart that the run has figures for, also while it goes on. */
export function chartsOf({ results }: Pick<Report, "results">): readonly Chart[] {
  return KINDS.flatMap((charts) => charts(results));
}
