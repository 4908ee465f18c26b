import colors from "picocolors";
import type { Gap } from "../method/outcome.ts";
import type { Scenario } from "../scenario.ts";
import { comparisonText } from "./comparison-text.ts";
import { gateText } from "./gate-text.ts";
import type { Machine } from "./machine.ts";
import type { GivenServersNote, Report } from "./report.ts";
import { resultTables, type TableStyle } from "./tables.ts";

/** The whole report for a reader. */
export function summaryText(
  scenarios: readonly Scenario[],
  report: Report,
  style: TableStyle,
): string {
  const tables = resultTables(scenarios, report, style);
  const parts = [
    ...(tables === "" ? [] : [tables]),
    ...(report.results.length === 0 ? ["Nothing was measured."] : []),
    ...(report.notMeasured.length === 0 ? [] : [gapLines(report.notMeasured)]),
    ...(report.gates === undefined ? [] : [gateText(scenarios, report.gates)]),
    ...(report.comparison === undefined ? [] : [comparisonText(scenarios, report.comparison)]),
    ...(report.givenServers === undefined ? [] : [givenLines(report.givenServers)]),
    machineLines(report),
    ...(report.notForGating
      ? [colors.yellow("Quick: not for gating. Repeat without --quick.")]
      : []),
    ...(report.complete ? [] : [colors.yellow("Interrupted: only finished rounds are shown.")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Gaps with the same reason on one line, so that a missing server is said once. */
function gapLines(gaps: readonly Gap[]): string {
  const reasons = [...new Set(gaps.map(({ why }) => why))];
  return reasons
    .map((why) => {
      const same = gaps.filter((gap) => gap.why === why);
      const strategies = [...new Set(same.map(({ strategy }) => strategy))].join(", ");
      const scenarios = [...new Set(same.map(({ scenario }) => scenario))].join(", ");
      return colors.yellow(`Not measured: ${strategies} (${scenarios}): ${why}`);
    })
    .join("\n");
}

function givenLines({ urls, keysRemoved, failures }: GivenServersNote): string {
  return [
    `Measured on ${urls.join(", ")}; ${keysRemoved} keys of the run were removed.`,
    ...failures.map((failure) => colors.red(`Keys were left behind on ${failure}`)),
  ].join("\n");
}

function machineLines({ machine, versions }: Report): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.os}`,
    software.join(" · "),
    pinningLine(machine),
  ].join("\n");
}

function pinningLine({ pinnedCore, serverPinned, loadBefore }: Machine): string {
  const load = `load before the run ${loadBefore}`;
  if (pinnedCore === null) return `Not pinned to a core (no taskset): expect more noise · ${load}`;
  const who = serverPinned === true ? "Clients and servers" : "Clients";
  return `${who} pinned to core ${pinnedCore} · ${load}`;
}
