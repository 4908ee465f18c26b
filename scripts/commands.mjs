import { existsSync } from "node:fs";
import path from "node:path";
import { ensureServers } from "./ensure-servers.mjs";
import { runProcess } from "./run-process.mjs";
import { build, install, progress } from "./set-up.mjs";
import { StepFailure } from "./step-failure.mjs";
import { runTests } from "./tests.mjs";
import { USAGE_EXIT_CODE } from "./usage-exit-code.mjs";
import { rootFolder } from "./workspace.mjs";

const INTERRUPTED = 130;

/** @type {Record<string, (rest: string[]) => Promise<number>>} */
const commands = {
  bench,
  "bench:readme": benchReadme,
  "bench:web": benchWeb,
  test,
  red,
  sim,
  history,
  soak,
  mutate,
  chaos,
  check,
};

/**
 * @param {string | undefined} name
 * @param {string[]} rest What was typed after the command.
 * @returns {Promise<number>} The exit code.
 */
export async function runCommand(name, rest) {
  const command = commands[name ?? ""];
  if (command === undefined) {
    progress(`say one of: ${Object.keys(commands).join(", ")}`);
    return USAGE_EXIT_CODE;
  }
  try {
    await install();
    return await command(rest);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    progress(error.interrupted ? "interrupted" : error.message);
    return error.interrupted ? INTERRUPTED : error.code;
  }
}

/** @param {string[]} rest */
async function bench(rest) {
  await build();
  const asksOnly = rest.some((word) => ["--list", "--help", "-h"].includes(word));
  const env = asksOnly ? {} : await ensureServers();
  return await runScript(path.join("apps", "bench", "dist", "main.js"), rest, env);
}

/** Writes the figures of the pages anew, from the committed result. */
async function benchReadme() {
  await build();
  return await runScript(path.join("apps", "bench", "dist", "docs", "write-docs.js"), [], {});
}

/** @param {string[]} rest */
async function benchWeb(rest) {
  await build();
  const asksOnly = rest.some((word) => ["--help", "-h"].includes(word));
  const env = asksOnly ? {} : await ensureServers();
  const server = path.join(rootFolder, "apps", "bench", "dist", "web", "web-main.js");
  // Ctrl-C is how it ends, and no failure.
  return (await runProcess(process.execPath, [server, ...rest], { env })).code;
}

/** @param {string[]} rest */
async function test(rest) {
  await build();
  return await runTests(rest, await ensureServers({ browser: true }));
}

/** @param {string[]} rest */
async function red(rest) {
  await build();
  return await runScript(path.join("scripts", "red.mjs"), rest, await ensureServers());
}

/** @param {string[]} rest */
async function sim(rest) {
  await build();
  return await runScript(path.join("packages", "simulation", "dist", "main.js"), rest, {});
}

/** @param {string[]} rest */
async function history(rest) {
  await build();
  return await runScript(path.join("packages", "history", "dist", "cli.js"), rest, {});
}

/** @param {string[]} rest */
async function mutate(rest) {
  return await runScript(path.join("scripts", "mutate.mjs"), rest, {});
}

/** @param {string[]} rest */
async function soak(rest) {
  await build();
  const asksOnly = rest.some((word) => ["--help", "-h"].includes(word));
  const env = asksOnly ? {} : await ensureServers();
  return await runScript(path.join("apps", "chaos", "dist", "soak", "soak-main.js"), rest, env);
}

/** @param {string[]} rest */
async function chaos(rest) {
  await build();
  const asksOnly = rest.some((word) => ["--list", "--help", "-h"].includes(word));
  const env = asksOnly ? {} : await ensureServers();
  return await runScript(path.join("apps", "chaos", "dist", "main.js"), rest, env);
}

/** @param {string[]} rest */
async function check(rest) {
  return await runScript(path.join("scripts", "check.mjs"), rest, {});
}

/**
 * @param {string} script From the root.
 * @param {string[]} rest
 * @param {Record<string, string>} env
 */
async function runScript(script, rest, env) {
  const file = path.join(rootFolder, script);
  if (!existsSync(file)) throw new StepFailure(1, false, `${script} is missing; was it built?`);
  const { code, interrupted } = await runProcess(process.execPath, [file, ...rest], { env });
  return interrupted ? INTERRUPTED : code;
}
