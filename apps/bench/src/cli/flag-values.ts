import { readOutputFile, UsageError } from "@holdfast/command-line";
import { nearestWord } from "@holdfast/config";
import { STDOUT } from "./run-request.ts";

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

/** A file to write, absolute, or {@link STDOUT}. */
export function readOutput(flag: string, wish: unknown): string | undefined {
  if (wish === STDOUT) return STDOUT;
  if (wish !== true) return readOutputFile(flag, wish);
  throw new UsageError(`--${flag} takes the path of one file to write, or ${STDOUT}`);
}
