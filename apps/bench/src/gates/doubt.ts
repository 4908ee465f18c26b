import { type Evidence, isNumber, type RoundValues } from "./evidence.ts";
import type { GateRow } from "./gate-row.ts";

/** With fewer rounds the interval of a median is less sure than 90 %. */
export const GATING_ROUNDS_MIN = 5;

/** Whether the row's scenario is measured once only, so that there is nothing but its word. */
export function isOneRound({ scenario, variant }: GateRow, { field }: Evidence): boolean {
  const asked = field.scenarios.find(({ id }) => id === scenario);
  const rounds = asked?.variants.find(({ title }) => title === variant)?.roundsDefault;
  return (rounds ?? asked?.roundsDefault) === 1;
}

/** Why the row's rounds are too few to conclude from, or undefined where they are enough. */
export function whyTooFew(
  row: GateRow,
  values: RoundValues,
  evidence: Evidence,
): string | undefined {
  if (isOneRound(row, evidence)) return undefined;
  const usable = values.filter(isNumber).length;
  if (usable < values.length) {
    return `${values.length - usable} of ${values.length} rounds have no figure`;
  }
  return usable < GATING_ROUNDS_MIN
    ? `${usable} rounds, and ${GATING_ROUNDS_MIN} are needed to conclude`
    : undefined;
}

/** What the control says against a ratio of the row's metric, or undefined where it says nothing. */
export function noiseIn(row: GateRow, { controls }: Evidence): string | undefined {
  const { dividedBy } = row;
  if (dividedBy === undefined) return undefined;
  const other: { readonly variant?: string; readonly metric?: string } =
    "metric" in dividedBy ? dividedBy : {};
  const figures = [
    { variant: row.variant, metric: row.metric },
    { variant: other.variant ?? row.variant, metric: other.metric ?? row.metric },
  ];
  const noisy = controls.find(({ scenario, variant, tooNoisy }) =>
    figures.some(
      (figure) =>
        scenario === row.scenario && variant === figure.variant && tooNoisy.includes(figure.metric),
    ),
  );
  return (
    noisy && `${noisy.strategy} divided by itself is too noisy in ${row.metric} (${noisy.variant})`
  );
}
