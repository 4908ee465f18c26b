import path from "node:path";
import { installNodes } from "./nodes.mjs";
import { runProcess } from "./run-process.mjs";
import { rootFolder } from "./workspace.mjs";

/** Runs the same seeds on every Node that is supported: their traces have to be the same. */
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const RUN_MS_MAX = 120_000;
const main = path.join(rootFolder, "packages", "simulation", "dist", "main.js");

/** @type {Map<string, string[]>} */
const nodesByHashes = new Map();
for (const { version, program } of await installNodes()) {
  const hashes = [];
  for (const seed of SEEDS) hashes.push(await traceHash(program, seed));
  const key = hashes.join(" ");
  nodesByHashes.set(key, [...(nodesByHashes.get(key) ?? []), version]);
}
for (const [hashes, versions] of nodesByHashes) {
  console.log(`Node ${versions.join(", ")}: ${SEEDS.length} seeds, traces ${hashes}`);
}
process.exitCode = nodesByHashes.size === 1 ? 0 : 1;

/**
 * @param {string} program
 * @param {number} seed
 */
async function traceHash(program, seed) {
  const words = [main, "--seed", String(seed), "--trace"];
  const { code, output } = await runProcess(program, words, {
    capture: true,
    timeoutMs: RUN_MS_MAX,
  });
  const hash = /^trace hash (\w+)$/m.exec(output)?.[1];
  if (code !== 0 || hash === undefined) throw new Error(`${program}, seed ${seed}: no trace hash`);
  return hash;
}
