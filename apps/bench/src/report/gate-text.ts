import colors from "picocolors";
import type { Comparison } from "../gates/gate-row.ts";
import { isBlind, isShut, type Judgement, type Verdict } from "../gates/judgement.ts";
import type { MetricKind, Scenario } from "../scenario.ts";
import { drawnTable } from "./drawn-table.ts";
import { formatNumber, formatRatio } from "./format-number.ts";

const SIGNS: Readonly<Record<Comparison, string>> = {
  "at most": "≤",
  "at least": "≥",
  exactly: "=",
};

const PAINTS: Readonly<Record<Verdict, (text: string) => string>> = {
  holds: colors.green,
  misses: colors.red,
  "too noisy": colors.yellow,
  "not measured": colors.dim,
};

/** Every row of the gates with its verdict, the reasons below, and how many of each there are. */
export function gateText(scenarios: readonly Scenario[], judgements: readonly Judgement[]): string {
  const rows = judgements.map((judgement) => cells(judgement, writerOf(scenarios, judgement)));
  return [
    colors.bold("gates"),
    drawnTable(
      ["row", "what", "median", "interval", "rounds", "must", "stretch", ""],
      rows,
      [0, 1],
    ),
    ...reasonLines(judgements),
    countLine(judgements),
  ].join("\n");
}

type Writer = (value: number) => string;

function cells(judgement: Judgement, write: Writer): readonly string[] {
  const { row, measured, interval, verdict, divisor } = judgement;
  const sign = SIGNS[row.comparison];
  const isPeerKnown =
    row.dividedBy !== undefined && "peer" in row.dividedBy && divisor !== undefined;
  return [
    row.id,
    isPeerKnown ? `${row.text} (${divisor})` : row.text,
    measured === undefined ? "–" : `${boundSign(judgement)}${write(measured.median)}`,
    interval === undefined ? "–" : `${write(interval.low)}–${write(interval.high)}`,
    roundsCell(judgement),
    `${sign} ${write(row.must)}`,
    stretchCell(judgement, write),
    PAINTS[verdict](verdict),
  ];
}

/** Of a figure that is only the least, or the most, that it can be. */
function boundSign({ bound }: Judgement): string {
  return bound === undefined ? "" : `${SIGNS[bound]} `;
}

function roundsCell({ measured, atItsWord }: Judgement): string {
  if (measured === undefined) return "–";
  return atItsWord === true ? `${measured.rounds}, at its word` : String(measured.rounds);
}

function stretchCell({ row, stretchReached }: Judgement, write: Writer): string {
  if (row.stretch === undefined) return "";
  const target = `${SIGNS[row.comparison]} ${write(row.stretch)}`;
  if (stretchReached === undefined) return target;
  return `${target} ${stretchReached ? "reached" : "not yet"}`;
}

/** A ratio as a ratio, anything else with its unit. */
function writerOf(scenarios: readonly Scenario[], { row }: Judgement): Writer {
  if (row.dividedBy !== undefined) return formatRatio;
  const kind: MetricKind =
    scenarios.find(({ id }) => id === row.scenario)?.metrics.find(({ id }) => id === row.metric)
      ?.kind ?? "count";
  return (value) => formatNumber(value, kind);
}

/** Rows with the same reason on one line. */
function reasonLines(judgements: readonly Judgement[]): readonly string[] {
  const reasons = new Set(judgements.flatMap(({ why }) => why ?? []));
  return [...reasons].map((why) => {
    const ids = judgements.filter((judgement) => judgement.why === why).map(({ row }) => row.id);
    return colors.dim(`${ids.join(", ")}: ${why}`);
  });
}

function countLine(judgements: readonly Judgement[]): string {
  const counts = (Object.keys(PAINTS) as Verdict[]).map((verdict) => {
    const count = judgements.filter((judgement) => judgement.verdict === verdict).length;
    return `${count} ${verdict}`;
  });
  return `${counts.join(" · ")}. ${endOf(judgements)}`;
}

function endOf(judgements: readonly Judgement[]): string {
  if (isBlind(judgements)) return colors.red("Nothing was measured, so the gate stays shut.");
  return isShut(judgements) ? colors.red("The gate is shut.") : colors.green("The gate is open.");
}
