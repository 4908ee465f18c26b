import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} RedPatch
 * @property {string} file Absolute.
 * @property {string} invariant `G-03`.
 * @property {string} slug What it breaks, from the file name.
 * @property {string[]} projects The packages whose tests must notice it.
 */

const NAME = /^(?<invariant>G-\d\d)-(?<slug>[a-z0-9-]+)\.patch$/;
const TESTS = /^Tests: (?<projects>.+)$/m;
/** Where the invariants are tested without a server. */
const DEFAULT_PROJECTS = ["@holdfast/core", "@holdfast/conformance"];

/**
 * A patch says above its first line what it breaks, and may say `Tests: @holdfast/redis` when
 * other packages than core and conformance are the ones to notice.
 *
 * @param {string} file
 * @returns {RedPatch}
 */
export function readPatch(file) {
  const { invariant, slug } = NAME.exec(path.basename(file))?.groups ?? {};
  if (invariant === undefined || slug === undefined) {
    throw new Error(`${file}: a patch is named G-xx-what-it-breaks.patch`);
  }
  const head = readFileSync(file, "utf8").split(/^(?:diff|---) /m)[0] ?? "";
  if (head.trim() === "") throw new Error(`${file}: says above the patch what it breaks`);
  const projects = TESTS.exec(head)?.groups?.["projects"]?.split(/[\s,]+/) ?? DEFAULT_PROJECTS;
  return { file, invariant, slug, projects };
}
