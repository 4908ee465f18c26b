import { nearestWord } from "@holdfast/config";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";

/** What a user of the page asks to be measured. */
export interface RunWish {
  /** Ids; peers among them. At least one. */
  readonly strategies: readonly string[];
  /** Ids. At least one. */
  readonly scenarios: readonly string[];
  /** Length of a slice, in seconds; null for each scenario's own. */
  readonly seconds: number | null;
  /** Null for each scenario's own. */
  readonly rounds: number | null;
  /** Whether locks are looked at meanwhile, which costs and makes the figures worth less. */
  readonly watch: boolean;
}

/** A wish that cannot be fulfilled. The message is one line for the user. */
export class WishError extends Error {
  override readonly name = "WishError";
}

const SECONDS_MIN = 0.01;
const SECONDS_MAX = 600;
const ROUNDS_MAX = 1_000;

/** Reads what a page sent. Throws a {@link WishError}. */
export function readWish(value: unknown): RunWish {
  if (typeof value !== "object" || value === null) throw new WishError("a wish is an object");
  const wish = value as Readonly<Record<string, unknown>>;
  if (typeof wish["watch"] !== "boolean") throw new WishError("watch is true or false");
  return {
    strategies: idsOf("strategies", wish["strategies"], strategies),
    scenarios: idsOf("scenarios", wish["scenarios"], scenarios),
    seconds: numberOf("seconds", wish["seconds"], { min: SECONDS_MIN, max: SECONDS_MAX }),
    rounds: roundsOf(wish["rounds"]),
    watch: wish["watch"],
  };
}

function idsOf(
  field: string,
  value: unknown,
  known: readonly { readonly id: string }[],
): readonly string[] {
  const ids = known.map(({ id }) => id);
  if (!Array.isArray(value) || value.length === 0) {
    throw new WishError(`choose at least one of the ${field}`);
  }
  const stranger: unknown = value.find((id) => !ids.includes(id));
  if (stranger !== undefined) {
    const nearest = nearestWord(String(stranger), ids);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new WishError(`there is no "${String(stranger)}" among the ${field}${hint}`);
  }
  return ids.filter((id) => value.includes(id));
}

function roundsOf(value: unknown): number | null {
  const rounds = numberOf("rounds", value, { min: 1, max: ROUNDS_MAX });
  if (rounds !== null && !Number.isInteger(rounds)) {
    throw new WishError("rounds are a whole number");
  }
  return rounds;
}

function numberOf(
  field: string,
  value: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): number | null {
  if (value === null) return null;
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new WishError(`${field} are a number from ${min} to ${max}, or nothing`);
}
