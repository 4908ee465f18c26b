import type { ConformanceCase } from "../conformance-case.ts";

/** Every case, in the order in which they run. */
export const cases: readonly ConformanceCase[] = [];
