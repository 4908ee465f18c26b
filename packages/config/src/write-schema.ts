import { writeFileSync } from "node:fs";
import { configJsonSchema } from "./json-schema.ts";

// Part of the build: puts the JSON Schema beside the code that it is made of.
const file = new URL("holdfast.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
