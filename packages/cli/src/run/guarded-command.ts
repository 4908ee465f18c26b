import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { systemClock, type Timer } from "@holdfast/core";

/** How a command ended: by itself, or by a signal. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals };

/**
 * Becomes the command once it is told to. Until then it is only a process id that the watchdog can be given; if
 * nobody tells it, it ends. A command that is not there is 127 and one that cannot be executed 126, in its own words.
 */
const GATE = 'read -r go <&3 || exit 75; exec "$@" 3<&-';

/** What a command is started with. */
export interface CommandStart {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The user's command, which waits for `begin`, its streams being ours. Without a terminal it leads a group of its own, so that what it
 * started itself gets its signals as well. At a terminal it stays in our group, since only that may read from it.
 */
export class GuardedCommand {
  readonly isInteractive: boolean = process.stdin.isTTY === true;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #gate: Writable;
  #killTimer: Timer | undefined;

  constructor({ command, env }: CommandStart) {
    this.#child = spawn("/bin/sh", ["-c", GATE, "holdfast", ...command], {
      env,
      stdio: ["inherit", "inherit", "inherit", "pipe"],
      detached: !this.isInteractive,
    });
    this.#gate = this.#child.stdio[3] as Writable;
    // It was ended before it began, which `ended` tells.
    this.#gate.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => {
        this.#killTimer?.cancel();
        resolve(signal === null ? { code: code ?? 0 } : { signal });
      });
    });
  }

  /** What `kill` takes: the process, or its group as a negative number. Undefined if there is no shell. */
  get target(): number | undefined {
    const { pid } = this.#child;
    return pid === undefined || this.isInteractive ? pid : -pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  begin(): void {
    this.#gate.end("go\n");
  }

  send(signal: NodeJS.Signals): void {
    const { target } = this;
    if (target === undefined || !this.isRunning) return;
    try {
      process.kill(target, signal);
    } catch {
      // It has ended meanwhile, and `ended` says so.
    }
  }

  /** Kills it unless it ends within the grace. The first grace counts. */
  killAfter(graceMs: number): void {
    this.#killTimer ??= systemClock.setTimer(graceMs, () => this.send("SIGKILL"));
  }
}
