import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readReport } from "../compare/read-report.ts";
import { choiceTables } from "./choice-tables.ts";
import { crowdChart } from "./crowd-chart.ts";
import { FIGURES_FILE } from "./figures-file.ts";
import { withBlocks } from "./generated-blocks.ts";
import { sourceText } from "./source-text.ts";
import { strategyTable } from "./strategy-table.ts";

const ROOT: URL = new URL("../../../../", import.meta.url);

/** A file of the repository, from its root, and what has to stand in it. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Every picture and page that has figures, as the committed result says them. */
export function generatedFiles(): readonly GeneratedFile[] {
  const result = `docs/benchmarks/${FIGURES_FILE}`;
  const report = readReport(fileURLToPath(new URL(result, ROOT)));
  const page = (path: string, blocks: Readonly<Record<string, string>>): GeneratedFile => ({
    path,
    text: withBlocks(readFileSync(new URL(path, ROOT), "utf8"), blocks),
  });
  return [
    { path: "docs/crowd.svg", text: crowdChart(report) },
    page("README.md", { source: sourceText(report, result) }),
    page("docs/choosing.md", {
      source: sourceText(report, `benchmarks/${FIGURES_FILE}`),
      choices: choiceTables(report),
      strategies: strategyTable(report),
    }),
  ];
}
