/**
 * Checks of what callers pass in. A caller's bug is a `TypeError` or a `RangeError` that names the
 * parameter, the value and what is accepted, thrown before anything is sent.
 */

const NAME_BYTES_MAX = 255;
export const DESCRIPTION_BYTES_MAX = 200;

/** Nearly every name; the careful look is for the others. */
const PLAIN_NAME = /^[\x20-\x7e]{1,255}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** A name or prefix: 1 to 255 bytes of UTF-8, no control characters, no lone surrogates. */
export function checkName(name: unknown, parameter = "name"): asserts name is string {
  if (typeof name === "string" && PLAIN_NAME.test(name)) return;
  const wanted = `${parameter} must be a string of 1 to ${NAME_BYTES_MAX} bytes of UTF-8`;
  if (typeof name !== "string") throw new TypeError(`${wanted}, not ${show(name)}`);
  const bytes = Buffer.byteLength(name);
  if (bytes < 1 || bytes > NAME_BYTES_MAX) {
    throw new RangeError(`${wanted}; ${show(name)} has ${bytes}`);
  }
  if (CONTROL_CHARACTER.test(name)) {
    throw new RangeError(`${wanted} without control characters; ${show(name)} has one`);
  }
  if (LONE_SURROGATE.test(name)) {
    throw new RangeError(`${wanted} without lone surrogates; ${show(name)} has one`);
  }
}

/** A description: at most 200 bytes of UTF-8, no control characters, no lone surrogates. */
export function checkDescription(description: unknown): asserts description is string {
  const wanted = `description must be a string of at most ${DESCRIPTION_BYTES_MAX} bytes of UTF-8`;
  if (typeof description !== "string") throw new TypeError(`${wanted}, not ${show(description)}`);
  const bytes = Buffer.byteLength(description);
  if (bytes > DESCRIPTION_BYTES_MAX) throw new RangeError(`${wanted}; it has ${bytes}`);
  if (CONTROL_CHARACTER.test(description) || LONE_SURROGATE.test(description)) {
    throw new RangeError(`${wanted} without control characters or lone surrogates`);
  }
}

/** A finite number between `min` and `max`, both included; `unit` is for the message. */
export function checkNumber(
  value: unknown,
  parameter: string,
  range: { readonly min: number; readonly max: number; readonly unit?: string },
): asserts value is number {
  const unit = range.unit ?? "milliseconds";
  const wanted = `${parameter} must be a number of ${unit} from ${range.min} to ${range.max}`;
  if (typeof value !== "number") throw new TypeError(`${wanted}, not ${show(value)}`);
  if (!(value >= range.min && value <= range.max)) {
    throw new RangeError(`${wanted}, not ${value}`);
  }
}

/** As {@link checkNumber}, and whole. */
export function checkCount(
  value: unknown,
  parameter: string,
  range: { readonly min: number; readonly max: number },
): asserts value is number {
  checkNumber(value, parameter, { ...range, unit: "things, whole," });
  if (!Number.isInteger(value)) throw new RangeError(`${parameter} must be whole, not ${value}`);
}

export function checkBoolean(value: unknown, parameter: string): asserts value is boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${parameter} must be true or false, not ${show(value)}`);
  }
}

export function checkFunction(
  value: unknown,
  parameter: string,
): asserts value is (...args: never[]) => unknown {
  if (typeof value !== "function") {
    throw new TypeError(`${parameter} must be a function, not ${show(value)}`);
  }
}

export function checkSignal(value: unknown, parameter: string): asserts value is AbortSignal {
  if (!(value instanceof AbortSignal)) {
    throw new TypeError(`${parameter} must be an AbortSignal, not ${show(value)}`);
  }
}

/** Refuses keys that are not known, with the nearest that is: a misspelt option is never ignored. */
export function checkKeys(value: unknown, parameter: string, known: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${parameter} must be an object, not ${show(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new TypeError(
      `${parameter} has no option ${JSON.stringify(key)}; known are ${known.join(", ")}`,
    );
  }
}

/** A value for a message: short, quoted, never an object's contents. */
function show(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (value === null) return "null";
  if (typeof value === "object" || typeof value === "function")
    return `a value of type ${typeof value}`;
  return String(value);
}
