/** The result that every figure of the pages comes from, in `docs/benchmarks`. */
export const FIGURES_FILE = "2026-11-22-full.json";
