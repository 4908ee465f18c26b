/**
 * The part of JSON Schema (2020-12) in which options are described. One description of an option is what
 * checks it, what its type is made from ({@link OptionsOf}) and what editors are given.
 */
export type Schema =
  | BooleanSchema
  | NumberSchema
  | StringSchema
  | ArraySchema
  | ObjectSchema
  | BackendSchema;

interface Described {
  /** One sentence for whoever writes the option. */
  readonly description?: string;
}

interface BooleanSchema extends Described {
  readonly type: "boolean";
}

export interface NumberSchema extends Described {
  readonly type: "integer" | "number";
  readonly minimum: number;
  readonly maximum: number;
}

export interface StringSchema extends Described {
  readonly type: "string";
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  /** As `new RegExp(pattern, "u")` reads it; {@link patternErrorMessage} says it in words. */
  readonly pattern?: string;
  /** Completes "text …"; the keyword by which VS Code shows it, too. */
  readonly patternErrorMessage?: string;
  /** The value is a secret and is shown nowhere. */
  readonly writeOnly?: boolean;
}

export interface ArraySchema extends Described {
  readonly type: "array";
  readonly items: Schema;
  readonly minItems: number;
  readonly maxItems: number;
}

export interface ObjectSchema extends Described {
  readonly type: "object";
  readonly properties: Properties;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** A backend inside of another: a URL, or options with a URL. Planned, not only checked. */
interface BackendSchema extends Described {
  readonly $ref: "#/$defs/backend";
}

/** Options by their names. */
export type Properties = Readonly<Record<string, Schema>>;
