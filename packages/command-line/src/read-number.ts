import { UsageError } from "./usage-error.ts";

/** What a number may be, both ends included. */
interface Range {
  readonly min: number;
  readonly max: number;
  /** Default: false. */
  readonly isWhole?: boolean;
}

/** The number behind a flag; undefined without a wish. Throws a {@link UsageError} outside its range. */
export function readNumber(flag: string, wish: unknown, range: Range): number | undefined {
  if (wish === undefined) return undefined;
  const value = typeof wish === "number" ? wish : Number.NaN;
  const fits = value >= range.min && value <= range.max;
  if (fits && (range.isWhole !== true || Number.isInteger(value))) return value;
  const kind = range.isWhole === true ? "a whole number" : "a number";
  const wanted = `--${flag} takes ${kind} from ${range.min} to ${range.max}`;
  throw new UsageError(wish === true ? wanted : `${wanted}, not "${String(wish)}"`);
}
