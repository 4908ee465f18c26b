import type { TrackedFile } from "./tracked-files.ts";

const SOURCE_LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const CODE = /\.(?:ts|mts|js|mjs)$/;
const TEST = /(?:^|\/)test\/|\.test\.ts$/;
const NAMELESS = /(?:^|\/)(?:utils?|helpers?|common|misc|shared)(?:\.[^/]+)?(?=\/|$)/;
const DECISION = /^docs\/decisions\/(?!\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$)/;
/** These say what the rules look for. */
const ABOUT_RULES = /^test\/tidy(?:\/|\.test\.ts$)/;

const REMARKS: Readonly<Record<string, RegExp>> = {
  "a path of one machine": /(?<![\w.~-])\/(?:root|home|Users)\/[\w.-]+/,
  "a folder outside of the repository": /(?:\.\.\/){4,}\w/,
  "a note to oneself": /\b(?:TODO|FIXME|XXX|HACK|WIP)\b/,
};

/** A file that is longer than anybody reads. */
export function lengthProblems({ path, text }: TrackedFile): string[] {
  if (!CODE.test(path)) return [];
  const lines = text.split("\n").length - 1;
  const linesMax = TEST.test(path) ? TEST_LINES_MAX : SOURCE_LINES_MAX;
  return lines > linesMax ? [`${path}: ${lines} lines, at most ${linesMax}`] : [];
}

/** A name that says nothing, or a decision without its date. */
export function nameProblems({ path }: TrackedFile): string[] {
  return [
    ...(CODE.test(path) && NAMELESS.test(path) ? [`${path}: name it after what it holds`] : []),
    ...(DECISION.test(path) ? [`${path}: a decision is named YYYY-MM-DD-what.md`] : []),
  ];
}

/** Words that belong to a desk, not to the repository. */
export function remarkProblems({ path, text }: TrackedFile): string[] {
  if (ABOUT_RULES.test(path) || path === "pnpm-lock.yaml") return [];
  return Object.entries(REMARKS).flatMap(([what, pattern]) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [`${path}: ${what}: ${found}`];
  });
}

const SILENCED =
  /biome-ignore[^\n:]*(?!:\s*\w)(?::\s*)?$|@ts-ignore|@ts-nocheck|@ts-expect-error\s*$/m;

/** A checker told to be quiet without a reason. */
export function silenceProblems({ path, text }: TrackedFile): string[] {
  if (!CODE.test(path) || ABOUT_RULES.test(path)) return [];
  const found = SILENCED.exec(text)?.[0];
  return found === undefined ? [] : [`${path}: silences a checker without a reason: ${found}`];
}
