import { readdirSync } from "node:fs";
import path from "node:path";
import { rootFolder } from "./workspace.mjs";

const sourceFolder = path.join(rootFolder, "packages", "core", "src");

/** Only types: nothing in them runs. */
const TYPES_ONLY = ["quorum/candidacy.ts"];

/**
 * What is mutated: the files of each part, from `packages/core/src`.
 *
 * @type {ReadonlyMap<string, readonly string[]>}
 */
export const mutationParts = new Map([
  ["quorum", quorumFiles()],
  ["lease", ["held-lease.ts", "holding.ts", "deadline.ts", "elapsed.ts"]],
  ["renewer", ["renewer.ts", "renewal.ts", "wake-heap.ts"]],
  ["acquirer", ["acquirer.ts", "in-doubt.ts", "releaser.ts", "time-limit.ts", "backoff.ts"]],
  ["local-queue", ["local-queue.ts", "name-queue.ts", "wait-line.ts", "waiter.ts", "asker.ts"]],
]);

/**
 * @param {readonly string[]} words Parts, or files without their ending; none means everything.
 * @returns {{ files: string[], unknown: string[] }} Files from the package, `src/quorum/hold.ts`.
 */
export function filesToMutate(words) {
  const all = [...mutationParts.values()].flat();
  /** @type {string[]} */
  const unknown = [];
  const chosen = words.flatMap((word) => {
    const part = mutationParts.get(word) ?? all.filter((file) => file === `${word}.ts`);
    if (part.length === 0) unknown.push(word);
    return part;
  });
  const files = words.length === 0 ? all : [...new Set(chosen)];
  return { files: files.map((file) => `src/${file}`), unknown };
}

function quorumFiles() {
  return readdirSync(path.join(sourceFolder, "quorum"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => `quorum/${file}`)
    .filter((file) => !TYPES_ONLY.includes(file))
    .sort();
}
