import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { nearestWord } from "./nearest-word.ts";
import { STDOUT } from "./run-request.ts";
import { UsageError } from "./usage-error.ts";

/** Those of `known` that a list names, in the order of `known`; undefined without a wish. */
export function readIds<Item extends { readonly id: string }>(
  flag: string,
  wish: unknown,
  known: readonly Item[],
): readonly Item[] | undefined {
  if (wish === undefined) return undefined;
  const ids = known.map(({ id }) => id);
  const wanted = readList(wish);
  if (wanted.length === 0) throw new UsageError(`--${flag} takes one or more of ${ids.join(", ")}`);
  for (const id of wanted) {
    if (ids.includes(id)) continue;
    const nearest = nearestWord(id, ids);
    const hint = nearest === undefined ? "; it takes" : `; did you mean ${nearest}? It takes`;
    throw new UsageError(`--${flag} does not know "${id}"${hint} ${ids.join(", ")}`);
  }
  return known.filter(({ id }) => wanted.includes(id));
}

/** The words between the commas, of all times that the flag was there. */
export function readList(wish: unknown): readonly string[] {
  return [wish]
    .flat()
    .flatMap((list) => (typeof list === "boolean" ? [] : String(list).split(",")))
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** What a number may be. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** A number in its range; undefined without a wish. */
export function readNumber(flag: string, wish: unknown, range: Range): number | undefined {
  if (wish === undefined) return undefined;
  const value = typeof wish === "number" ? wish : Number.NaN;
  const fits = value >= range.min && value <= range.max;
  if (fits && (range.whole !== true || Number.isInteger(value))) return value;
  const kind = range.whole === true ? "a whole number" : "a number";
  throw new UsageError(
    `--${flag} takes ${kind} from ${range.min} to ${range.max}, not "${String(wish)}"`,
  );
}

/** A file to write and nothing else. */
export function readOutputFile(flag: string, wish: unknown): string | undefined {
  const file = readOutput(flag, wish);
  if (file !== STDOUT) return file;
  throw new UsageError(`--${flag} takes the path of one file to write`);
}

/**
 * A file to write, absolute, or {@link STDOUT}. Checked before the run, so that minutes of measuring
 * do not end in a path that does not exist.
 */
export function readOutput(flag: string, wish: unknown): string | undefined {
  if (wish === undefined) return undefined;
  if (typeof wish !== "string" && typeof wish !== "number") {
    throw new UsageError(`--${flag} takes the path of one file to write, or ${STDOUT}`);
  }
  if (wish === STDOUT) return STDOUT;
  const file = resolve(String(wish));
  if (!existsSync(dirname(file))) {
    throw new UsageError(`--${flag} cannot write ${file}: its folder does not exist`);
  }
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new UsageError(`--${flag} takes a file, and ${file} is a folder`);
  }
  return file;
}
