import { shownNames } from "../shown.ts";
import type { ArraySchema, NumberSchema, Schema, StringSchema } from "./schema.ts";

/** What a schema accepts, in words. */
export function acceptedBy(schema: Schema): string {
  if ("$ref" in schema) return "a URL, or an object with a url";
  switch (schema.type) {
    case "integer":
    case "number":
      return acceptedNumber(schema);
    case "string":
      return acceptedText(schema);
    case "array":
      return acceptedList(schema);
    case "boolean":
      return "true or false";
    case "object":
      return `an object with ${shownNames(Object.keys(schema.properties))}`;
  }
}

function acceptedNumber({ type, minimum, maximum }: NumberSchema): string {
  return `a ${type === "integer" ? "whole number" : "number"} from ${minimum} to ${maximum}`;
}

function acceptedText(schema: StringSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.map((word) => JSON.stringify(word)).join(" or ");
  const { minLength = 0, maxLength, patternErrorMessage } = schema;
  const size = maxLength === undefined ? "" : ` of ${minLength} to ${maxLength} characters`;
  return `text${size}${patternErrorMessage === undefined ? "" : ` ${patternErrorMessage}`}`;
}

function acceptedList({ minItems, maxItems, items }: ArraySchema): string {
  return `a list of ${minItems} to ${maxItems}, each ${acceptedBy(items)}`;
}
