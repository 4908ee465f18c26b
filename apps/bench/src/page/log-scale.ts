import { scaleLog } from "d3-scale";
import type { RowChart } from "./row-chart.ts";

/** With fewer powers of ten than this on an axis, steps between them are written as well. */
const POWERS_MIN = 3;

/** An axis on which each step is ten times the one before, wide enough for all values. */
export function logScale(values: readonly number[]): Required<Pick<RowChart, "scale" | "ticks">> {
  const scale = scaleLog()
    .domain([Math.min(...values), Math.max(...values)])
    .nice();
  const ticks = scale.ticks();
  const powers = ticks.filter((tick) => firstDigit(tick) === 1);
  const steps = ticks.filter((tick) => [1, 2, 5].includes(firstDigit(tick)));
  return { scale, ticks: powers.length < POWERS_MIN ? steps : powers };
}

function firstDigit(value: number): number {
  return Number(value.toExponential()[0]);
}
