import { codeOnly, withoutComments } from "./source-text.ts";
import type { TrackedFile } from "./tracked-files.ts";

const LIBRARY =
  /^packages\/(?:core|config|cli|redis|redlock|postgres|etcd)\/src\/(?!.*\.test\.ts$)/;
/** The only doors to time, timers and randomness. */
const DOORS = ["packages/core/src/clock.ts", "packages/core/src/random.ts"];

const BANNED_CODE: Readonly<Record<string, RegExp>> = {
  // `new Date(ms)` writes a time down; without an argument, or without `new`, it asks for one.
  "the wall clock": /(?<![.\w$#])(?<!\bnew )Date\b|\bnew Date\b(?!\((?!\s*\)))/,
  "the monotonic clock": /(?<![.\w$#])performance\b|\bprocess\.(?:hrtime|uptime)\b/,
  "a timer": /(?<![.\w$#])(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate)\b/,
  "a timer inside a signal": /\bAbortSignal\.timeout\b/,
  "a blocking wait": /\bAtomics\.wait\b/,
  randomness: /\bMath\.random\b|(?<![.\w$#])(?:globalThis\.)?crypto\b/,
};
const BANNED_IMPORT =
  /from\s*["'](?:node:)?(?<source>timers(?:\/promises)?|perf_hooks|worker_threads)["']/;
const NAMED_IMPORT =
  /import\s*\{(?<names>[^}]*)\}\s*from\s*["'](?:node:)?(?<source>crypto|os)["']/g;
const WHOLE_IMPORT =
  /import\s+(?:\*\s+as\s+)?[\w$]+\s+from\s*["'](?:node:)?(?<source>crypto|os)["']/;
const ALLOWED_NAMES = ["constants", "createHash", "hash", "hostname"];

/** Library code that reads a clock, sets a timer or draws a number itself: core cannot replay it. */
export function timeProblems(file: TrackedFile): string[] {
  if (!LIBRARY.test(file.path) || DOORS.includes(file.path)) return [];
  const code = codeOnly(file.text);
  const text = withoutComments(file.text);
  const used = Object.entries(BANNED_CODE).filter(([, pattern]) => pattern.test(code));
  const sources = [BANNED_IMPORT, WHOLE_IMPORT]
    .map((pattern) => pattern.exec(text)?.groups?.["source"])
    .filter((source) => source !== undefined);
  const names = [...text.matchAll(NAMED_IMPORT)]
    .flatMap(({ groups }) => (groups?.["names"] ?? "").split(","))
    .map((name) => name.trim().split(" as ")[0] ?? "")
    .filter((name) => name !== "" && !name.startsWith("type ") && !ALLOWED_NAMES.includes(name));
  return [...used.map(([what]) => what), ...sources, ...names].map(
    (what) => `${file.path}: uses ${what}; take a Clock or a Random`,
  );
}
