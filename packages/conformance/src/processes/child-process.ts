import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CaseContext } from "../case-context.ts";
import type { CaseHistory } from "../case-history.ts";
import { eventually, settlesWithin } from "../waits.ts";
import type { ChildAnswer, ChildCommand, ChildLease, ChildRequest } from "./child-command.ts";

const START_BOUND_MS = 15_000;
const ANSWER_BOUND_MS = 40_000;
const END_BOUND_MS = 10_000;

/** The built program: Node cannot run the source, which a test of this package itself is. */
const PROGRAM = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/processes/child.js" : "./child.js",
  import.meta.url,
);

interface Pending {
  readonly resolve: (lease: ChildLease) => void;
  readonly reject: (error: Error) => void;
}

/** Another process with its own client of the backend, ended with the case. */
export class LockProcess {
  readonly #process: ChildProcess;
  readonly #history: CaseHistory;
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  private constructor(process: ChildProcess, history: CaseHistory) {
    this.#process = process;
    this.#history = history;
    process.on("message", (answer: ChildAnswer) => this.#answered(answer));
    process.on("exit", () => this.#ended());
  }

  /** Starts a child of the harness; resolves when it has opened its client. */
  static async start(context: CaseContext): Promise<LockProcess> {
    const { harness, history } = context;
    const { child } = harness;
    assert.ok(child !== undefined);
    const env = { ...process.env, ...child.env, ...(await history.childEnv()) };
    const forked = fork(fileURLToPath(PROGRAM), [], {
      env: { ...env, HOLDFAST_CONFORMANCE_MODULE: child.module },
      execArgv: ["--unhandled-rejections=strict"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const started = new LockProcess(forked, history);
    context.defer(() => started.#end());
    await settlesWithin(START_BOUND_MS, "the child's start", started.#wait(0));
    return started;
  }

  /** Sends a command; rejects with the code of the child's error as message. */
  ask(command: ChildCommand): Promise<ChildLease> {
    this.#number += 1;
    const request: ChildRequest = { number: this.#number, command };
    const answer = this.#wait(this.#number);
    this.#process.send(request);
    return settlesWithin(ANSWER_BOUND_MS, `the child's answer to ${command.do}`, answer);
  }

  /** SIGSTOP: frozen in the middle of whatever it did. */
  stop(): void {
    this.#note("pause");
    assert.ok(this.#process.kill("SIGSTOP"));
  }

  /** SIGCONT: goes on as if nothing had happened. */
  resume(): void {
    this.#note("resume");
    assert.ok(this.#process.kill("SIGCONT"));
  }

  /** SIGKILL: gone without a word. Resolves when the system has ended it. */
  async kill(): Promise<void> {
    this.#note("crash");
    this.#process.kill("SIGKILL");
    await this.#exited();
  }

  /** SIGTERM: asked to leave. Resolves with its exit code. */
  async terminate(): Promise<number | null> {
    this.#process.kill("SIGTERM");
    await this.#exited();
    return this.#process.exitCode;
  }

  #note(operation: "pause" | "resume" | "crash"): void {
    this.#history.happened(`child-${this.#process.pid}`, operation);
  }

  #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #exited(): Promise<void> {
    if (!this.#isRunning()) return;
    await settlesWithin(END_BOUND_MS, "the child's end", once(this.#process, "exit"));
  }

  async #end(): Promise<void> {
    if (this.#isRunning()) await this.kill();
    await eventually(END_BOUND_MS, "the child's end", () => !this.#isRunning());
  }

  #wait(number: number): Promise<ChildLease> {
    return new Promise((resolve, reject) => this.#pending.set(number, { resolve, reject }));
  }

  #answered(answer: ChildAnswer): void {
    const pending = this.#pending.get(answer.number);
    this.#pending.delete(answer.number);
    if ("error" in answer) pending?.reject(new Error(answer.error));
    else pending?.resolve(answer.lease);
  }

  #ended(): void {
    for (const { reject } of this.#pending.values()) reject(new Error("the child ended"));
    this.#pending.clear();
  }
}
