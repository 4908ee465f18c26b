import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runProcess } from "./run-process.mjs";
import { StepFailure } from "./step-failure.mjs";
import { cacheFolder, readJson, rootFolder } from "./workspace.mjs";

const stampFile = path.join(cacheFolder, "installed");

/** @param {string} line */
export function progress(line) {
  process.stderr.write(`holdfast: ${line}\n`);
}

/** The command line of the one pnpm that this repository uses, brought by npm. */
function pnpmCommand() {
  const { packageManager } = readJson(path.join(rootFolder, "package.json"));
  return ["npx", "--yes", packageManager];
}

/**
 * @param {readonly string[]} pnpmArguments
 * @param {import("./run-process.mjs").RunOptions} [options]
 */
export function runPnpm(pnpmArguments, options = {}) {
  const [program, ...rest] = pnpmCommand();
  return runProcess(program, [...rest, ...pnpmArguments], {
    ...options,
    env: { TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", ...options.env },
  });
}

/** Installs the packages, unless this very lockfile was installed last. */
export async function install() {
  const wanted = lockfileDigest();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  progress("installing packages (first time, or the lockfile changed)");
  const { code, interrupted } = await runPnpm(["install", "--frozen-lockfile"]);
  if (code !== 0) {
    throw new StepFailure(
      code,
      interrupted,
      "The packages could not be installed. If a package.json changed, run " +
        `\`${pnpmCommand().join(" ")} install\` and commit pnpm-lock.yaml; otherwise see whether ` +
        "npm's registry can be reached (`npm ping`).",
    );
  }
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** Brings every `dist` up to date; unchanged packages come from turbo's cache. */
export async function build() {
  progress("building");
  const { code, interrupted } = await runPnpm(
    ["exec", "turbo", "run", "build", "--output-logs=errors-only", "--no-color"],
    { quiet: true },
  );
  if (code === 0) return;
  throw new StepFailure(code, interrupted, "The build failed; the compiler's words are above.");
}

function lockfileDigest() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) {
    hash.update(readFileSync(path.join(rootFolder, file)));
  }
  return hash.digest("hex");
}
