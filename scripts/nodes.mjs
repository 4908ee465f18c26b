import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runProcess } from "./run-process.mjs";
import { progress } from "./set-up.mjs";
import { cacheFolder, readJson } from "./workspace.mjs";

/** Every major version of Node that is supported. */
const NODE_MAJORS = [20, 22, 24];
const INSTALL_MS_MAX = 240_000;

/**
 * One Node of each major version that is supported. npm brings what is not running here, once: 100 MB
 * each that stay in the cache folder.
 */
export async function installNodes() {
  /** @type {{ version: string, program: string }[]} */
  const nodes = [];
  for (const major of NODE_MAJORS) {
    if (Number(process.versions.node.split(".")[0]) === major) {
      nodes.push({ version: process.versions.node, program: process.execPath });
      continue;
    }
    const folder = path.join(cacheFolder, `node-${major}`);
    const program = path.join(folder, "node_modules", "node", "bin", "node");
    if (!existsSync(program)) {
      progress(`bringing Node ${major}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
      await npmInstall([`node@${major}`], folder);
    }
    const { version } = readJson(path.join(folder, "node_modules", "node", "package.json"));
    nodes.push({ version, program });
  }
  return nodes;
}

/**
 * @param {string[]} what
 * @param {string} cwd
 */
export async function npmInstall(what, cwd) {
  const { code } = await runProcess(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", ...what],
    { cwd, quiet: true, timeoutMs: INSTALL_MS_MAX },
  );
  if (code !== 0) throw new Error(`npm install ${what.join(" ")} failed`);
}
