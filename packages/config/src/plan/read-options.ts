import { propertyOf, readValue } from "../schema/read-value.ts";
import type { Properties } from "../schema/schema.ts";
import { valueOfText } from "../schema/value-of-text.ts";
import type { Environment } from "../variables.ts";
import type { GivenOption } from "./backend-plan.ts";

/** The values of those options that `fields` describe. */
export function readOptions(
  fields: Properties,
  given: ReadonlyMap<string, GivenOption>,
  env: Environment,
): Readonly<Record<string, unknown>> {
  const entries: (readonly [string, unknown])[] = [];
  for (const [key, option] of given) {
    const schema = propertyOf(fields, key);
    if (schema === undefined) continue;
    const { place } = option;
    const value = "texts" in option ? valueOfText(schema, option.texts, place) : option.value;
    entries.push([key, readValue(schema, value, { place, env })]);
  }
  return Object.fromEntries(entries);
}
