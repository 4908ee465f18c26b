import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { dyingWithParent } from "@holdfast/test-servers";
import type { WorkerOrder, WorkerReport } from "../worker/worker-message.ts";
import type { WorkerPlan } from "../worker/worker-plan.ts";

const PROGRAM = fileURLToPath(new URL("../worker/worker-main.js", import.meta.url));
/** Of what a process wrote to stderr. */
const STDERR_LENGTH_MAX = 4_000;

interface ProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly onReport: (report: WorkerReport) => void;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** A worker process, seen from the run. */
export class WorkerProcess {
  readonly plan: WorkerPlan;
  readonly ended: Promise<ProcessEnd>;
  /** Resolves when its clients are connected, or when it has ended before. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  #stderr = "";
  #hasEnded = false;

  constructor(plan: WorkerPlan, { env, onReport }: ProcessOptions) {
    this.plan = plan;
    // One that stands still would not see that the run is gone. A rejection that nobody handles is a violation.
    const command = [process.execPath, "--unhandled-rejections=strict"];
    const [execPath = process.execPath, ...execArgv] = dyingWithParent(command);
    this.#child = fork(PROGRAM, [], {
      env: { ...process.env, ...env },
      execPath,
      execArgv,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LENGTH_MAX);
    });
    this.ended = this.#end();
    this.ready = new Promise((resolve) => {
      void this.ended.then(() => resolve());
      this.#child.on("message", (report: WorkerReport) => {
        if (report.kind === "ready") resolve();
        else onReport(report);
      });
    });
    this.send({ kind: "begin", plan });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** To one that has ended, nothing is sent. */
  send(order: WorkerOrder): void {
    if (!this.#child.connected) return;
    // It may end at this moment, which whoever waits for its end will see.
    this.#child.send(order, () => {});
  }

  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    if (!this.#hasEnded) this.#child.kill(signal);
  }

  async #end(): Promise<ProcessEnd> {
    const [code, signal] = (await once(this.#child, "close")) as [number | null, string | null];
    this.#hasEnded = true;
    return { code, signal, stderr: this.#stderr.trim() };
  }
}
