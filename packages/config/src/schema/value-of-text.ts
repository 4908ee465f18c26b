import type { Place } from "../place.ts";
import { acceptedBy } from "./accepted.ts";
import type { Schema } from "./schema.ts";

const NUMBER = /^-?\d{1,20}(?:\.\d{1,20})?$/;

/**
 * The value that a query parameter means, given once or several times. Text that is no value of its type
 * is refused, as `10s` where milliseconds are counted; ranges are left to `checkValue`.
 */
export function valueOfText(schema: Schema, texts: readonly string[], place: Place): unknown {
  if ("$ref" in schema) throw notInUrl(schema, place);
  const [text = "", ...others] = texts;
  if (schema.type !== "array" && others.length > 0) {
    throw place.error("is given twice; accepted: once");
  }
  switch (schema.type) {
    case "array":
      return texts;
    case "object":
      throw notInUrl(schema, place);
    case "integer":
    case "number":
      if (NUMBER.test(text)) return Number(text);
      throw place.invalid(text, `${acceptedBy(schema)}, without a unit`);
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw place.invalid(text, acceptedBy(schema));
    case "string":
      return text;
  }
}

function notInUrl(schema: Schema, place: Place): Error {
  return place.error(`cannot be said in a URL; accepted: ${acceptedBy(schema)}, in an object`);
}
