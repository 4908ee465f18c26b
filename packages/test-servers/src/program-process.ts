import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A built program under test, running in a process group of its own. */
export class ProgramProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  stdout = "";
  stderr = "";
  readonly #ended: Promise<unknown>;

  /** Runs the module `file` with Node. `env` goes over the environment of this process. */
  constructor(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [file, ...args], {
      // Where CI is set, colours would be written to a pipe too.
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.stdout += bytes.toString();
    });
    this.child.stderr?.on("data", (bytes: Buffer) => {
      this.stderr += bytes.toString();
    });
    this.#ended = once(this.child, "close");
  }

  /** Signals the program and all it started, as a terminal does for Ctrl-C. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-(this.child.pid ?? 0), signal);
  }

  /** Waits for the end and gives the exit code. */
  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.child.exitCode;
  }
}
