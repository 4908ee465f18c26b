import { type ChildProcess, fork } from "node:child_process";
import type { ReportStore } from "./report-store.ts";

/** What a host sends: a line to print, or its write, with the token that it holds. */
export type HostMessage =
  | { readonly says: string }
  | { readonly writes: true; readonly fencingToken: bigint };

/** One host, as a process of its own. */
export class Host {
  readonly #name: string;
  readonly #url: string;
  readonly #store: ReportStore;
  readonly #said: string[] = [];
  #child: ChildProcess | undefined;
  #heard: (() => void) | undefined;

  constructor(name: string, url: string, store: ReportStore) {
    this.#name = name;
    this.#url = url;
    this.#store = store;
  }

  /** Starts the process, which asks for the job and waits for it. */
  start(): void {
    // Advanced serialization carries a bigint.
    const child = fork(new URL("./job.js", import.meta.url), {
      env: { ...process.env, REDIS_URL: this.#url },
      serialization: "advanced",
    });
    child.on("message", (message) => this.#take(message as HostMessage));
    child.on("exit", () => this.#say("has ended"));
    this.#child = child;
  }

  /** Lets the host do its write. */
  write(): void {
    this.#child?.send("write");
  }

  stop(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  end(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill("SIGKILL");
  }

  /** Resolves when the host says its next line, which must be `line`, and prints it. */
  async next(line: string): Promise<void> {
    if (this.#said.length === 0) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    const said = this.#said.shift();
    console.log(`host ${this.#name} ${said}`);
    if (said !== line) throw new Error(`host ${this.#name} should have said: ${line}`);
  }

  #take(message: HostMessage): void {
    if ("says" in message) this.#say(message.says);
    else this.#say(`writes: ${this.#store.write(this.#name, message.fencingToken)}`);
  }

  #say(line: string): void {
    this.#said.push(line);
    this.#heard?.();
  }
}
