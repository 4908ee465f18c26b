import { type HistoryEvent, operations, phases } from "./history-event.ts";

/** What is wrong with a value in that field; undefined when it is right. */
type FieldRule = (value: unknown) => string | undefined;

const text: FieldRule = (value) => (typeof value === "string" ? undefined : "a string");
const wholeNs: FieldRule = (value) =>
  Number.isSafeInteger(value) ? undefined : "a whole number of nanoseconds";
const oneOf =
  (words: readonly string[]): FieldRule =>
  (value) =>
    words.includes(value as string) ? undefined : `one of ${words.join(", ")}`;

const required: Readonly<Record<string, FieldRule>> = {
  atNs: wholeNs,
  process: text,
  client: text,
  hold: text,
  name: text,
  operation: oneOf(operations),
  phase: oneOf(phases),
};

const optional: Readonly<Record<string, FieldRule>> = {
  token: (value) =>
    typeof value === "string" && /^\d+$/.test(value) ? undefined : "a string of decimal digits",
  ttlMs: (value) => (isDuration(value) ? undefined : "a positive number of milliseconds"),
  validUntilNs: wholeNs,
  value: (value) => (Number.isSafeInteger(value) ? undefined : "a whole number"),
  detail: text,
};

function isDuration(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}

/** Reads one line. Throws an Error whose message says what is wrong with it. */
export function parseEvent(line: string): HistoryEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Error("not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new Error("not a JSON object");
  }
  const missing = Object.keys(required).find((field) => !Object.hasOwn(parsed, field));
  if (missing !== undefined) throw new Error(`${missing} is missing`);
  for (const [field, value] of Object.entries(parsed)) {
    const rule = required[field] ?? optional[field];
    if (rule === undefined) throw new Error(`no event has a field ${JSON.stringify(field)}`);
    const wanted = rule(value);
    if (wanted !== undefined) {
      throw new Error(`${field} is ${JSON.stringify(value)} and should be ${wanted}`);
    }
  }
  return parsed as HistoryEvent;
}
