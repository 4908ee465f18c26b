/** The values that a schema accepts. A nested backend is left to `Backend`. */
type ValueOf<Described, Backend> = Described extends { readonly enum: readonly (infer Word)[] }
  ? Word
  : Described extends { readonly type: "string" }
    ? string
    : Described extends { readonly type: "integer" | "number" }
      ? number
      : Described extends { readonly type: "boolean" }
        ? boolean
        : Described extends { readonly items: infer Item }
          ? readonly ValueOf<Item, Backend>[]
          : Described extends { readonly properties: infer Inner }
            ? OptionsOf<Inner, Backend>
            : Backend;

/** Options as TypeScript sees them: the names and values of their schemas, all optional. */
export type OptionsOf<Described, Backend = never> = {
  readonly [Name in keyof Described]?: ValueOf<Described[Name], Backend> | undefined;
};
