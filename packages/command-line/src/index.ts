export { Interruption } from "./interruption.ts";
export { type FlagValues, readFlags } from "./read-flags.ts";
export { readNumber } from "./read-number.ts";
export { readOutputFile } from "./read-output-file.ts";
export { USAGE_EXIT_CODE, UsageError } from "./usage-error.ts";
