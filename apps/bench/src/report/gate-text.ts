import colors from "picocolors";
import { isBlind, isShut, type Judgement, type Verdict } from "../gates/judgement.ts";
import type { Scenario } from "../scenario.ts";
import { drawnTable } from "./drawn-table.ts";
import { judgementText, reasonsOf } from "./judgement-text.ts";

const PAINTS: Readonly<Record<Verdict, (text: string) => string>> = {
  holds: colors.green,
  misses: colors.red,
  "too noisy": colors.yellow,
  "not measured": colors.dim,
};

/** Every row of the gates with its verdict, the reasons below, and how many of each there are. */
export function gateText(scenarios: readonly Scenario[], judgements: readonly Judgement[]): string {
  const rows = judgements.map((judgement) => {
    const { row, verdict } = judgement;
    const { what, median, interval, rounds, must, stretch } = judgementText(scenarios, judgement);
    return [row.id, what, median, interval, rounds, must, stretch, PAINTS[verdict](verdict)];
  });
  return [
    colors.bold("gates"),
    drawnTable(
      ["row", "what", "median", "interval", "rounds", "must", "stretch", ""],
      rows,
      [0, 1],
    ),
    ...reasonsOf(judgements).map(({ ids, why }) => colors.dim(`${ids.join(", ")}: ${why}`)),
    countLine(judgements),
  ].join("\n");
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
