import { readFileSync } from "node:fs";
import { COMPARISONS, type Divisor, type GateRow, NEEDS } from "./gate-row.ts";
import { GatesError } from "./gates-error.ts";

/** The benchmark's own gates. */
const GATES_FILE: URL = new URL("../../gates.json", import.meta.url);

const ID = /^P\d+(?:\.\d+)?$/;
const FIELDS_REQUIRED = [
  ...["id", "text", "strategy", "scenario", "variant", "metric"],
  ...["comparison", "must", "needs"],
];
const FIELDS = [...FIELDS_REQUIRED, "dividedBy", "stretch"];

/** Reads and checks a file of gates. Throws a {@link GatesError}, also where there is no such file. */
export function readGates(file: URL | string = GATES_FILE): readonly GateRow[] {
  let json: string;
  try {
    json = readFileSync(file, "utf8");
  } catch (error) {
    throw new GatesError((error as Error).message);
  }
  return parseGates(json);
}

/** The rows of `{ "rows": [...] }`, every field of them checked. Throws a {@link GatesError}. */
export function parseGates(json: string): readonly GateRow[] {
  const rows = rowsOf(json).map(checkRow);
  const ids = new Set<string>();
  for (const { id } of rows) {
    if (ids.has(id)) throw new GatesError(`another row is ${id} too`, { row: id, field: "id" });
    ids.add(id);
  }
  return rows;
}

function rowsOf(json: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new GatesError(`no JSON: ${(error as Error).message}`);
  }
  if (!isRecord(value) || !Array.isArray(value["rows"])) {
    throw new GatesError(`must be {"rows": [...]}`);
  }
  return value["rows"];
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkRow(value: unknown, index: number): GateRow {
  if (!isRecord(value)) throw new GatesError("must be an object", { row: String(index + 1) });
  const row = typeof value["id"] === "string" ? value["id"] : String(index + 1);
  const check = (field: string, isRight: boolean, wanted: string): void => {
    if (!isRight) throw new GatesError(wanted, { row, field });
  };
  for (const field of Object.keys(value)) {
    check(field, FIELDS.includes(field), `is no field; fields are ${FIELDS.join(", ")}`);
  }
  for (const field of FIELDS_REQUIRED) check(field, value[field] !== undefined, "is missing");
  check("id", typeof value["id"] === "string" && ID.test(value["id"]), "must be like P5 or P5.2");
  for (const field of ["text", "strategy", "scenario", "variant", "metric"]) {
    check(field, isText(value[field]), "must be a text that is not empty");
  }
  check("comparison", isOneOf(COMPARISONS, value["comparison"]), `must be ${list(COMPARISONS)}`);
  check("must", isNumber(value["must"]), "must be a number of 0 or more");
  const { stretch, needs, dividedBy } = value;
  check("stretch", stretch === undefined || isStretch(value), stretchWish(value["comparison"]));
  check(
    "needs",
    Array.isArray(needs) && needs.every((need) => isOneOf(NEEDS, need)),
    `must be a list of ${list(NEEDS)}`,
  );
  check("dividedBy", dividedBy === undefined || isDivisor(dividedBy), DIVISOR_WISH);
  return value as unknown as GateRow;
}

const DIVISOR_WISH =
  'must be {"strategy": id}, {"peer": "best"} or {"metric": id}, the last with a "variant" if need be';

function isDivisor(value: unknown): value is Divisor {
  if (!isRecord(value)) return false;
  const { strategy, peer, metric, variant, ...rest } = value;
  const kinds = [strategy, peer, metric].filter((kind) => kind !== undefined);
  if (kinds.length !== 1 || Object.keys(rest).length > 0) return false;
  if (variant !== undefined && !(isText(variant) && metric !== undefined)) return false;
  return peer === undefined ? isText(kinds[0]) : peer === "best";
}

/** A stretch is harder than what must be, or it would say nothing. */
function isStretch({ stretch, must, comparison }: Fields): boolean {
  if (!isNumber(stretch) || !isNumber(must)) return false;
  if (comparison === "at most") return stretch < must;
  return comparison === "at least" && stretch > must;
}

function stretchWish(comparison: unknown): string {
  if (comparison === "exactly") return "has no place beside an exact value";
  const side = comparison === "at least" ? "more" : "less";
  return `must be a number, ${side} than "must"`;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isOneOf(words: readonly string[], value: unknown): boolean {
  return words.some((word) => word === value);
}

function list(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
