import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("hand-off-child.mjs", import.meta.url));

/** What a user of a lock in another process says. */
export interface Told {
  readonly token?: string;
  readonly outcome?: string;
  readonly isAborted?: boolean;
  /** The code that `assertValid` threw. */
  readonly assertValid?: string;
}

/** How a user in another process is to use its lock. */
export interface UserOptions {
  readonly name: string;
  readonly url: string;
  readonly driver: "ioredis" | "redis";
  readonly ttlMs: number;
  /** Where it records what it sees. */
  readonly file: string;
}

export type Asked = "acquire" | "release" | "check" | "close";

interface Pending {
  readonly resolve: (told: Told) => void;
  readonly reject: (error: Error) => void;
}

const running = new Set<ChildProcess>();
/** One that stands still does not notice that its parent is gone. */
process.once("exit", () => {
  for (const each of running) each.kill("SIGKILL");
});

/** Another process, whose users of locks do as they are asked. */
export class HandOffProcess {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    running.add(process);
    process.on("message", (message: { number: number; told?: Told; error?: string }) => {
      const pending = this.#pending.get(message.number);
      this.#pending.delete(message.number);
      if (message.told !== undefined) pending?.resolve(message.told);
      else pending?.reject(new Error(message.error));
    });
    process.on("exit", () => {
      running.delete(process);
      for (const { reject } of this.#pending.values()) reject(new Error("the process ended"));
      this.#pending.clear();
    });
  }

  /** Resolves when the process listens. `env` is added to this one's. */
  static async start(env: Readonly<Record<string, string>>): Promise<HandOffProcess> {
    const forked = fork(PROGRAM, [], {
      env: { ...process.env, ...env },
      execArgv: ["--unhandled-rejections=strict"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const started = new HandOffProcess(forked);
    await started.#answer(0);
    return started;
  }

  async open(user: string, options: UserOptions): Promise<void> {
    await this.#send({ user, command: "open", options });
  }

  /** Rejects with the code of the error as message, or when the process ends. */
  ask(user: string, command: Asked): Promise<Told> {
    return this.#send({ user, command });
  }

  signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    this.#process.kill(name);
  }

  /** Resolves when the system has ended it. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  #send(request: object): Promise<Told> {
    this.#number += 1;
    const answer = this.#answer(this.#number);
    this.#process.send({ number: this.#number, ...request });
    return answer;
  }

  #answer(number: number): Promise<Told> {
    return new Promise((resolve, reject) => this.#pending.set(number, { resolve, reject }));
  }
}
