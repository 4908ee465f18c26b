import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "./generated-files.ts";

/** `npm run bench:readme`: writes the pictures and the figures of the pages anew. */
for (const { path, text } of generatedFiles()) {
  writeFileSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), text);
  process.stdout.write(`${path}\n`);
}
