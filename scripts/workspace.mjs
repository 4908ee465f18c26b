import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [type]
 * @property {string} [license]
 * @property {string} [packageManager]
 * @property {string[]} [files]
 * @property {unknown} [exports]
 * @property {{ exports?: unknown }} [publishConfig]
 * @property {{ node?: string }} [engines]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder Absolute.
 * @property {string} path From the root, with forward slashes: `packages/core`.
 * @property {Manifest} manifest
 * @property {boolean} published
 */

export const rootFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What pnpm-workspace.yaml names; a test compares the two. */
export const workspaceGroups = ["packages", "apps", "examples"];

/** Where tools may keep what they can make again. */
export const cacheFolder = path.join(rootFolder, "node_modules", ".cache", "holdfast");

/**
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @returns {WorkspacePackage[]} Every package of the workspace, sorted by path. */
export function workspacePackages() {
  return workspaceGroups.flatMap((group) => {
    const groupFolder = path.join(rootFolder, group);
    if (!existsSync(groupFolder)) return [];
    return readdirSync(groupFolder)
      .sort()
      .filter((name) => existsSync(path.join(groupFolder, name, "package.json")))
      .map((name) => {
        const folder = path.join(groupFolder, name);
        const manifest = readJson(path.join(folder, "package.json"));
        return { folder, path: `${group}/${name}`, manifest, published: manifest.private !== true };
      });
  });
}
