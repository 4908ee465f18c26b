import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "@holdfast/test-servers";

/** The built program, as npm would start it. */
export const MAIN: string = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const RUN_MS_MAX = 25_000;

export interface RunOptions {
  /** Put into HOLDFAST_URL, which is unset otherwise. */
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the program, its streams in pipes. */
export class Holdfast {
  readonly child: ChildProcess;
  readonly #finished: Promise<Finished>;
  stdout = "";
  stderr = "";

  constructor(program: string, args: readonly string[], options: RunOptions = {}) {
    // What the machine says of colours is not what a test says.
    const { CI: _ci, FORCE_COLOR: _force, NO_COLOR: _no, ...colourless } = process.env;
    const { HOLDFAST_URL: _url, HOLDFAST_ENV: _env, ...inherited } = colourless;
    const url = options.url === undefined ? {} : { HOLDFAST_URL: options.url };
    const env = { ...inherited, ...url, ...options.env };
    this.child = spawn(program, args, { env, cwd: options.cwd, timeout: RUN_MS_MAX });
    this.child.stdin?.on("error", () => {});
    if (options.input !== undefined) this.child.stdin?.end(options.input);
    this.child.stdout?.on("data", (part) => {
      this.stdout += part;
    });
    this.child.stderr?.on("data", (part) => {
      this.stderr += part;
    });
    this.#finished = once(this.child, "close").then(([code, signal]) => {
      const { stdout, stderr } = this;
      return { code, signal, stdout, stderr };
    });
  }

  get pid(): number {
    return this.child.pid as number;
  }

  finished(): Promise<Finished> {
    return this.#finished;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when it has printed this. */
  async prints(text: string): Promise<void> {
    const seen = () => `${this.stdout}${this.stderr}`;
    await until(`it prints ${text}: ${seen()}`, () => seen().includes(text), RUN_MS_MAX);
  }
}

export function start(args: readonly string[], options?: RunOptions): Holdfast {
  return new Holdfast(process.execPath, [MAIN, ...args], options);
}

/** Runs it to its end. */
export function holdfast(args: readonly string[], options?: RunOptions): Promise<Finished> {
  return start(args, options).finished();
}

/** Runs a script in a shell in which `holdfast` is the program. */
export function shell(script: string, options?: RunOptions): Promise<Finished> {
  const definition = `holdfast() { "${process.execPath}" "${MAIN}" "$@"; }\n`;
  return new Holdfast("/bin/sh", ["-c", `${definition}${script}`], options).finished();
}

/** True while a process with this id runs; one that only waits to be counted by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
