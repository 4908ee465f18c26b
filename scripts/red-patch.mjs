import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} RedPatch
 * @property {string} file Absolute.
 * @property {string} invariant `G-03`.
 * @property {string} slug What it breaks, from the file name.
 * @property {string} projects The packages whose tests must notice it, with spaces between.
 * @property {boolean} needsServer
 * @property {string} provider The one whose conformance cases count.
 */

const NAME = /^(?<invariant>G-\d\d)-(?<slug>[a-z0-9-]+)\.patch$/;
const HEADER = /^(?<key>Tests|Provider): (?<value>.+)$/gm;
/** Where the invariants are tested without a server. */
const DEFAULT_PROJECTS = "@holdfast/core @holdfast/conformance";
const DEFAULT_PROVIDER = "memory";

/**
 * A patch says above its first line what it breaks. `Tests: @holdfast/redis` there makes that
 * package the one to notice, and `Provider: redis` the conformance cases on that provider.
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
  const headers = Object.fromEntries(
    [...head.matchAll(HEADER)].map(({ groups }) => [groups?.["key"], groups?.["value"]]),
  );
  const { Tests: projects = DEFAULT_PROJECTS, Provider: provider = DEFAULT_PROVIDER } = headers;
  const needsServer = provider !== DEFAULT_PROVIDER;
  return { file, invariant, slug, projects, provider, needsServer };
}
