import { medianOf } from "../method/spread.ts";
import { type Evidence, isNumber, isUnable, type Wanted, whyAbsent } from "./evidence.ts";
import { type Figure, figureOf } from "./figure.ts";
import type { Divisor, GateRow } from "./gate-row.ts";
import { isPeerOf } from "./is-peer-of.ts";

/** What a row's figure is divided by. */
export interface Divider {
  /** The strategy's id. */
  readonly name: string;
  readonly figure: Figure;
  /** Which peers might have been the best one and have no figure, with the reason. */
  readonly lacking?: string;
}

/** What to divide by, or the reason why there is nothing. */
export function dividerOf(row: GateRow, divisor: Divisor, evidence: Evidence): Divider | string {
  if ("peer" in divisor) return bestPeer(row, evidence);
  const wanted: Wanted =
    "strategy" in divisor
      ? { ...row, strategy: divisor.strategy }
      : { ...row, variant: divisor.variant ?? row.variant, metric: divisor.metric };
  const figure = figureOf(wanted, evidence);
  if (figure !== undefined) return { name: wanted.strategy, figure };
  return isLeftOutPeer(wanted.strategy, evidence)
    ? `${wanted.strategy} takes part with --peers`
    : whyAbsent(wanted, evidence);
}

function isLeftOutPeer(strategy: string, { field: { known, chosen } }: Evidence): boolean {
  const isIt = ({ id }: { readonly id: string }): boolean => id === strategy;
  return known.some((other) => isIt(other) && other.isPeer === true) && !chosen.some(isIt);
}

/** The peer with the best median: the largest where the row asks for at least, else the smallest. */
function bestPeer(row: GateRow, evidence: Evidence): Divider | string {
  const { chosen } = evidence.field;
  const own = chosen.find(({ id }) => id === row.strategy);
  const peers = chosen.filter((other) => own !== undefined && isPeerOf(other, own));
  if (peers.length === 0) return "no peer was chosen: add --peers";
  const able = peers
    .map(({ id }): Wanted => ({ ...row, strategy: id }))
    .filter((wanted) => !isUnable(wanted, evidence));
  const measured = able.flatMap((wanted) => {
    const figure = figureOf(wanted, evidence);
    return figure?.values.some(isNumber) ? [{ name: wanted.strategy, figure }] : [];
  });
  const sign = row.comparison === "at least" ? -1 : 1;
  const [best] = measured.toSorted((a, b) => sign * (middle(a) - middle(b)));
  if (best === undefined) return "no peer was measured in it";
  const lacking = able.filter(({ strategy }) => !measured.some(({ name }) => name === strategy));
  if (lacking.length === 0) return best;
  return { ...best, lacking: lacking.map((wanted) => whyAbsent(wanted, evidence)).join("; ") };
}

function middle({ figure }: Divider): number {
  return medianOf(figure.values.filter(isNumber));
}
