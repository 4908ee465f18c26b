import type { Place } from "../place.ts";
import { type Environment, expand } from "../variables.ts";
import { acceptedBy } from "./accepted.ts";
import type {
  ArraySchema,
  NumberSchema,
  ObjectSchema,
  Properties,
  Schema,
  StringSchema,
} from "./schema.ts";

/** Where a value stands, and what its variables are read from. */
export interface Reading {
  readonly place: Place;
  readonly env: Environment;
}

/**
 * A copy of a value with its variables put in, or an error where its schema does not accept it, wherever in
 * it that is. Nested backends are left as they are. Options that are undefined are left out.
 */
export function readValue(schema: Schema, value: unknown, reading: Reading): unknown {
  if ("$ref" in schema) return value;
  switch (schema.type) {
    case "boolean":
      if (typeof value === "boolean") return value;
      throw reading.place.invalid(value, acceptedBy(schema));
    case "integer":
    case "number":
      return readNumber(schema, value, reading);
    case "string":
      return readText(schema, value, reading);
    case "array":
      return readList(schema, value, reading);
    case "object":
      return readObject(schema, value, reading);
  }
}

function readNumber(schema: NumberSchema, value: unknown, { place }: Reading): number {
  const isOne = schema.type === "integer" ? Number.isInteger(value) : typeof value === "number";
  const number = isOne ? (value as number) : Number.NaN;
  if (number >= schema.minimum && number <= schema.maximum) return number;
  throw place.invalid(value, acceptedBy(schema));
}

function readText(schema: StringSchema, value: unknown, { place, env }: Reading): string {
  const hidden = schema.writeOnly === true ? place.showing("not right") : place;
  if (typeof value !== "string") throw hidden.invalid(value, acceptedBy(schema));
  const expanded = expand(value, env, hidden);
  if (isAccepted(schema, expanded.text)) return expanded.text;
  throw expanded.place.invalid(value, acceptedBy(schema));
}

function isAccepted(schema: StringSchema, text: string): boolean {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  const length = [...text].length;
  return (
    length >= minLength &&
    length <= maxLength &&
    (schema.enum?.includes(text) ?? true) &&
    (pattern === undefined || new RegExp(pattern, "u").test(text))
  );
}

function readList(schema: ArraySchema, value: unknown, { place, env }: Reading): unknown[] {
  if (!Array.isArray(value)) throw place.invalid(value, acceptedBy(schema));
  if (value.length < schema.minItems || value.length > schema.maxItems) {
    throw place.error(`has ${value.length} elements; accepted: ${acceptedBy(schema)}`);
  }
  return Array.from(value, (item, index) =>
    readValue(schema.items, item, { env, place: place.at(index) }),
  );
}

function readObject(schema: ObjectSchema, value: unknown, { place, env }: Reading): object {
  const entries = recordEntries(value, place, acceptedBy(schema));
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const property = propertyOf(schema.properties, key);
      if (property === undefined) {
        throw place.at(key).isNot("an option", key, Object.keys(schema.properties));
      }
      return [key, readValue(property, inner, { env, place: place.at(key) })];
    }),
  );
}

/** A property of the table itself, and of nothing that it inherits from. */
export function propertyOf(properties: Properties, key: string): Schema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/**
 * The own entries of an object that holds options, without those that are undefined. A key that is a
 * symbol is refused: nobody would find it ignored.
 */
export function recordEntries(
  value: unknown,
  place: Place,
  accepted: string,
): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw place.invalid(value, accepted);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) {
    throw place.error(`has a symbol as a key; accepted: ${accepted}`);
  }
  return Object.entries(value).filter(([, inner]) => inner !== undefined);
}
