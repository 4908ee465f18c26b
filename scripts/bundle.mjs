import { readFileSync } from "node:fs";
import path from "node:path";
import { rolldown } from "rolldown";

/**
 * Writes the one file that npm delivers for the package in the working directory: what `tsc -b` made,
 * joined. Node spends most of an import on finding files, so one file loads several times faster than
 * forty. Runs before packing; inside the repository the separate files are used.
 */
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const { default: entry } = manifest.exports["."];
const { default: file } = manifest.publishConfig.exports["."];

const bundle = await rolldown({
  input: entry,
  platform: "node",
  external: (/** @type {string} */ id) => !id.startsWith(".") && !path.isAbsolute(id),
});
await bundle.write({ file, format: "esm", codeSplitting: false });
await bundle.close();
