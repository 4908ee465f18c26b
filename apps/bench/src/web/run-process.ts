import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RunEvent, RunOrder } from "./run-message.ts";

const RUN_FILE = fileURLToPath(new URL("./run-main.js", import.meta.url));

/** Longest a run that was told to stop may take to end its servers and write what it has. */
const STOP_MS_MAX = 12_000;

/** The server's end of the process that carries out one run. */
export class RunProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** Starts it. `listen` hears its events, and once, at the very end, of a run that ended without a word. */
  constructor(order: Extract<RunOrder, { order: "start" }>, listen: (event: RunEvent) => void) {
    let isOver = false;
    this.#child = fork(RUN_FILE, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child.on("message", (event: RunEvent) => {
      isOver ||= event.event === "done" || event.event === "failed";
      listen(event);
    });
    this.#child.on("error", () => {});
    this.#ended = once(this.#child, "close").then(([code, signal]) => {
      const how = signal ?? `exit ${code}`;
      if (!isOver) listen({ event: "failed", why: `the process of the run ended early (${how})` });
    });
    this.#send(order);
  }

  /** Lets it write what it has. Ended by force when it takes too long; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#send({ order: "stop" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS_MAX);
    await this.#ended.catch(() => {});
    clearTimeout(timer);
  }

  /** One that is gone has said so already. */
  #send(order: RunOrder): void {
    if (this.#child.connected) this.#child.send(order, () => {});
  }
}
