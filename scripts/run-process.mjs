import { spawn } from "node:child_process";
import { constants } from "node:os";
import { rootFolder } from "./workspace.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] Added to this process's own.
 * @property {boolean} [capture] Keep the output for the caller.
 * @property {boolean} [quiet] Keep the output, and print it only when the program fails.
 * @property {number} [timeoutMs] Ends the program after this long. Default: never.
 */

/** Added to a signal's number in the exit code of a process that the signal ended. */
const SIGNAL_EXIT_BASE = 128;
/** After an interrupt a program may clean up this long before it is ended. */
const STOP_MS_MAX = 15_000;

/**
 * Runs a program to its end and gives its exit code; never rejects.
 *
 * It has no standard input. An interrupt typed at a terminal reaches the program directly, so only
 * those that a process sent are passed on: a program that is told twice skips its clean-up.
 *
 * @param {string} program
 * @param {readonly string[]} programArguments
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, interrupted: boolean, output: string }>}
 */
export function runProcess(program, programArguments, options = {}) {
  return new Promise((resolve) => {
    const output = /** @type {Buffer[]} */ ([]);
    const stream = options.quiet || options.capture ? "pipe" : "inherit";
    const child = spawn(program, programArguments, {
      cwd: options.cwd ?? rootFolder,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", stream, stream],
    });
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    const forwarding = forwardSignals(child);
    const timer = options.timeoutMs && setTimeout(() => child.kill("SIGKILL"), options.timeoutMs);
    /** @param {number} code */
    const finish = (code) => {
      clearTimeout(timer || undefined);
      forwarding.stop();
      const text = Buffer.concat(output).toString();
      if (options.quiet && code !== 0 && !forwarding.interrupted()) process.stderr.write(text);
      resolve({ code, interrupted: forwarding.interrupted(), output: text });
    };
    child.once("error", (error) => {
      output.push(Buffer.from(`${program} could not be started: ${error.message}\n`));
      finish(127);
    });
    child.once("close", (code, signal) => {
      finish(code ?? SIGNAL_EXIT_BASE + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** @param {import("node:child_process").ChildProcess} child */
function forwardSignals(child) {
  let interrupted = false;
  /** @type {NodeJS.Timeout | undefined} */
  let stopTimer;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    const typedAtTerminal = signal === "SIGINT" && process.stdout.isTTY;
    if (!interrupted && !typedAtTerminal) child.kill(signal);
    interrupted = true;
    stopTimer ??= setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, forward);
  return {
    interrupted: () => interrupted,
    stop() {
      clearTimeout(stopTimer);
      for (const signal of signals) process.removeListener(signal, forward);
    },
  };
}
