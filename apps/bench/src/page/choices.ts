import type { Result } from "../method/outcome.ts";
import type { Spread } from "../method/spread.ts";
import type { Report } from "../report/report.ts";
import { familyOf } from "./family.ts";
import { type Ground, groundOf } from "./ground.ts";
import { type Need, needs } from "./need.ts";

/** A strategy with its figure for a need. */
export interface Candidate {
  readonly strategy: string;
  readonly spread: Spread;
}

/** Who met a need best on one ground, by the medians of one variant. */
export interface Choice {
  readonly ground: Ground;
  readonly need: Need;
  readonly variant: string;
  readonly best: Candidate;
  /** Whose rounds overlap with those of the best: the run does not tell them apart. */
  readonly level: readonly Candidate[];
  /** Holdfast's own, where it is not the best. */
  readonly own: Candidate | undefined;
  /** How many were compared, the best included. */
  readonly comparedCount: number;
  /** Measured, and left out for what the need refuses. */
  readonly refused: readonly string[];
  /** Whether the control of the variant says that the figure is too noisy to tell. */
  readonly tooNoisy: boolean;
}

type Measured = Pick<Report, "results" | "noise">;

/** What the run's rows recommend: for each ground and need the best, where two or more were measured. */
export function choicesOf(report: Measured): readonly Choice[] {
  const grounds = new Map(
    report.results.flatMap(({ strategy }) => {
      const ground = groundOf(strategy);
      return ground === undefined ? [] : [[ground.id, ground] as const];
    }),
  );
  return [...grounds.values()].flatMap((ground) =>
    needs.flatMap((need) => choicesAt(ground, need, report)),
  );
}

/** A raw driver is the limit, and no lock that anybody should choose. */
function choicesAt(ground: Ground, need: Need, report: Measured): readonly Choice[] {
  const asked = report.results.filter(
    ({ strategy, scenario, metrics }) =>
      scenario === need.scenario &&
      metrics[need.metric] !== undefined &&
      groundOf(strategy)?.id === ground.id &&
      familyOf(strategy) !== "raw",
  );
  return [...new Set(asked.map(({ variant }) => variant))].flatMap((variant) => {
    const here = asked.filter((result) => result.variant === variant);
    const choice = chosen(ground, need, here);
    const tooNoisy = report.noise.some(
      (control) =>
        control.scenario === need.scenario &&
        control.variant === variant &&
        control.tooNoisy.includes(need.metric),
    );
    return choice === undefined ? [] : [{ ...choice, variant, tooNoisy }];
  });
}

function chosen(
  ground: Ground,
  need: Need,
  results: readonly Result[],
): Omit<Choice, "variant" | "tooNoisy"> | undefined {
  const refused = results.filter((result) => need.refuses?.(result) === true);
  const sign = need.better === "less" ? 1 : -1;
  const ranked = results
    .filter((result) => !refused.includes(result))
    .flatMap(({ strategy, metrics }) => {
      const spread = metrics[need.metric];
      return spread === undefined ? [] : [{ strategy, spread }];
    })
    .toSorted((a, b) => sign * (a.spread.median - b.spread.median));
  const [best, ...others] = ranked;
  if (best === undefined || results.length < 2) return undefined;
  const own = ranked.find(({ strategy }) => familyOf(strategy) === "own");
  return {
    ground,
    need,
    best,
    level: others.filter(({ spread }) => isOverlapping(spread, best.spread)),
    own: own === best ? undefined : own,
    comparedCount: ranked.length,
    refused: refused.map(({ strategy }) => strategy),
  };
}

function isOverlapping(one: Spread, other: Spread): boolean {
  return one.min <= other.max && other.min <= one.max;
}
