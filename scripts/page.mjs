import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { rolldown } from "rolldown";

/**
 * Joins the page in `browser/` of the working directory into the three files that its server hands out, so
 * that the page loads nothing from anywhere else.
 */
const source = path.resolve("browser");
const target = path.resolve("dist", "browser");
const { resolve } = createRequire(path.resolve("package.json"));

mkdirSync(target, { recursive: true });
const bundle = await rolldown({ input: path.join(source, "main.ts"), platform: "browser" });
await bundle.write({
  file: path.join(target, "page.js"),
  format: "esm",
  minify: true,
  codeSplitting: false,
});
await bundle.close();
const styles = [resolve("uplot/dist/uPlot.min.css"), path.join(source, "page.css")];
writeFileSync(
  path.join(target, "page.css"),
  styles.map((file) => readFileSync(file, "utf8")).join("\n"),
);
copyFileSync(path.join(source, "index.html"), path.join(target, "index.html"));
