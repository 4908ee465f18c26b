import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CorePinning } from "../server/core-pinning.ts";
import type { AgentQuestion, AgentReply } from "./message.ts";

const AGENT_FILE = fileURLToPath(new URL("./agent-main.js", import.meta.url));

/** An agent that answers nothing for this long past its expected time is taken to be stuck. */
const REPLY_GRACE_MS = 30_000;

/** What a scenario may do to a process: kill it, stop it, let it go on. */
export type ProcessSignal = "SIGKILL" | "SIGSTOP" | "SIGCONT";

interface Pending {
  readonly resolve: (value: object) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The parent's end of one agent process. */
export class Agent {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #idNext = 0;

  constructor() {
    this.#child = spawn(process.execPath, [AGENT_FILE], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.#child.on("message", (reply: AgentReply) => this.#settle(reply));
    this.#child.on("error", (error) => this.#failAll(error));
    this.#exited = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#failAll(new Error(`an agent process ended early (${signal ?? `exit ${code}`})`));
        resolve();
      });
    });
  }

  /** Asks, and waits at most `expectedMs` plus {@link REPLY_GRACE_MS} for the answer. */
  ask(question: AgentQuestion, expectedMs = 0): Promise<object> {
    const id = this.#idNext++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`no answer to "${question.ask}" from an agent process`));
      }, expectedMs + REPLY_GRACE_MS);
      this.#pending.set(id, { resolve, reject, timer });
      this.#child.send({ ...question, id }, (error) => {
        if (error !== null) this.#settle({ id, ok: false, message: error.message });
      });
    });
  }

  /** Moves the process to the core under measurement. It starts on any, which is sooner. */
  pin(pinning: CorePinning): void {
    if (pinning.core !== undefined && !pinning.pin(this.#child.pid)) {
      throw new Error(`an agent process could not be moved to core ${pinning.core}`);
    }
  }

  signal(signal: ProcessSignal): void {
    this.#child.kill(signal);
  }

  /** Ends the process at once and waits until it is gone. Safe to call again. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
    }
    await this.#exited;
  }

  /** For the last moment of a process, when nothing can be awaited any more. */
  killNow(): void {
    this.#child.kill("SIGKILL");
  }

  #settle(reply: AgentReply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    clearTimeout(pending.timer);
    if (reply.ok) pending.resolve(reply.value);
    else pending.reject(new Error(reply.message));
  }

  #failAll(error: Error): void {
    for (const id of [...this.#pending.keys()]) {
      this.#settle({ id, ok: false, message: error.message });
    }
  }
}
