import type { BackendKind } from "./kinds/backend-kind.ts";
import { KINDS, SCHEMES } from "./kinds/kind-table.ts";
import { LOCKS_FIELDS } from "./locks-fields.ts";
import type { Properties, Schema } from "./schema/schema.ts";

const TEXT_WITH_VARIABLE = "\\$\\{";

/** The JSON Schema of a configuration file, made of the tables that check it. For editors. */
export function configJsonSchema(): object {
  const schemes = SCHEMES.map((scheme) => scheme.replaceAll("+", "\\+")).join("|");
  const locks = forEditors(LOCKS_FIELDS);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Holdfast configuration",
    type: "object",
    properties: {
      $schema: { type: "string" },
      defaults: {
        type: "object",
        description: "Options of locks for all backends that do not say otherwise.",
        properties: locks,
        additionalProperties: false,
      },
      backends: {
        type: "object",
        description: "Backends by name, each a URL or an object with a url.",
        additionalProperties: { $ref: "#/$defs/backend" },
        minProperties: 1,
        maxProperties: 256,
      },
      environments: {
        type: "object",
        description: "The name of the backend for each value of HOLDFAST_ENV or NODE_ENV.",
        additionalProperties: { type: "string" },
      },
      schemes: {
        type: "object",
        description: "The package that serves each scheme which is not built in.",
        additionalProperties: { type: "string" },
      },
    },
    required: ["backends"],
    additionalProperties: false,
    $defs: {
      backend: {
        anyOf: [
          { type: "string", pattern: "^([a-zA-Z][a-zA-Z0-9+.-]*:|\\$\\{)" },
          ...KINDS.map((kind) => backendSchema(kind, locks)),
          {
            description: "A backend of a package that is named under schemes.",
            type: "object",
            properties: { url: { type: "string", pattern: `^(?!(${schemes}):)[a-zA-Z]` } },
            required: ["url"],
          },
        ],
      },
    },
  };
}

function backendSchema({ name, schemes, fields }: BackendKind, locks: object): object {
  const pattern = schemes.map((scheme) => scheme.replaceAll("+", "\\+")).join("|");
  return {
    description: `${name}: ${schemes.map((scheme) => `${scheme}:`).join(" ")}`,
    type: "object",
    properties: {
      url: { type: "string", pattern: `^((${pattern}):|${TEXT_WITH_VARIABLE})` },
      ...locks,
      ...forEditors(fields),
    },
    required: ["url"],
    additionalProperties: false,
  };
}

/** Every text may also be one with a variable in it, which only connecting can check. */
function forEditors(fields: Properties): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, schema]) => [key, withVariables(schema)]),
  );
}

function withVariables(schema: Schema): object {
  if ("$ref" in schema) return schema;
  if (schema.type === "array") return { ...schema, items: withVariables(schema.items) };
  if (schema.type === "object") return { ...schema, properties: forEditors(schema.properties) };
  if (schema.type !== "string") return schema;
  const { description, ...rest } = schema;
  const anyOf = [rest, { type: "string", pattern: TEXT_WITH_VARIABLE }];
  return { ...(description === undefined ? {} : { description }), anyOf };
}
