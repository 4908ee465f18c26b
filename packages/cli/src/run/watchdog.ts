import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * Reads what to signal, then waits for a line that says that it has ended. The end of the pipe instead means that
 * holdfast was killed: nobody renews the lock any more, so the command has to go as well.
 */
const SCRIPT = `
read -r target || exit 0
read -r ended && exit 0
kill -s "$1" -- "$target" 2>/dev/null || exit 0
seconds=0
while [ "$seconds" -lt "$2" ] && kill -s 0 -- "$target" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
done
kill -s KILL -- "$target" 2>/dev/null
`;

/** What is done to a command whose guard is gone. */
export interface Farewell {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

/**
 * A shell in a session of its own that ends the command when this process is killed, which leaves no time to do it
 * itself. A process that is stopped is not noticed: it may go on.
 */
export class Watchdog implements Disposable {
  readonly #shell: ChildProcess;
  readonly #pipe: Writable;

  constructor({ signal, graceMs }: Farewell) {
    const graceS = String(Math.ceil(graceMs / 1_000));
    this.#shell = spawn("/bin/sh", ["-c", SCRIPT, "holdfast-watchdog", signal.slice(3), graceS], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#pipe = this.#shell.stdin as Writable;
    // Without a shell there is no watchdog, and the lock still ends with its ttl.
    this.#shell.on("error", () => {});
    this.#pipe.on("error", () => {});
    this.#shell.unref();
  }

  /** From now on this is what goes when this process does. */
  watch(target: number): void {
    this.#pipe.write(`${target}\n`);
  }

  [Symbol.dispose](): void {
    this.#pipe.end("ended\n");
  }
}
