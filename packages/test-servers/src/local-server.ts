import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dyingWithParent, guardExit } from "./exit-guard.ts";
import { freePort } from "./free-port.ts";
import type { LaunchPlan, ServerAddress, ServerPlace } from "./launch-plan.ts";
import type { LaunchedServer, RestartOptions } from "./launched-server.ts";
import { findLocalBinary } from "./local-binary.ts";
import { descendantsOf, isRunning, isStandingStill, signalTree } from "./process-tree.ts";
import { createServerFolder } from "./server-folder.ts";
import { until } from "./until.ts";

const HOST = "127.0.0.1";
/** PostgreSQL first makes its folder, which takes a busy machine half a minute. */
const READY_TIMEOUT_MS = 45_000;
const STOPPED_TIMEOUT_MS = 5_000;
/** Starts on a new port after another process took the first one. */
const PORT_TRY_COUNT_MAX = 5;
const LOG_TAIL_CHARS_MAX = 2_000;

/** Starts a server from a program on this machine, as a direct child with a folder of its own. */
export async function launchLocalServer(plan: LaunchPlan): Promise<LaunchedServer> {
  const binaryPath = findLocalBinary(plan.kind.binary, plan.kind.folders?.());
  if (binaryPath === undefined) throw new Error(`No ${plan.kind.binary} on PATH`);
  for (let tryCount = 1; ; tryCount += 1) {
    const server = new LocalServer(plan, binaryPath, await freePort());
    try {
      await server.create();
      return server;
    } catch (cause) {
      await server.stop();
      if (!(cause instanceof PortTakenError) || tryCount === PORT_TRY_COUNT_MAX) throw cause;
    }
  }
}

class PortTakenError extends Error {}

class LocalServer implements LaunchedServer {
  readonly source = "local";
  readonly address: ServerAddress;
  readonly peerAddress: ServerAddress;
  readonly #plan: LaunchPlan;
  readonly #binaryPath: string;
  readonly #folder: string;
  readonly #place: ServerPlace;
  readonly #unguard: () => void;
  #child: ChildProcess | undefined;
  #stopped = false;

  constructor(plan: LaunchPlan, binaryPath: string, port: number) {
    this.#plan = plan;
    this.#binaryPath = binaryPath;
    this.address = { host: HOST, port };
    this.peerAddress = this.address;
    this.#folder = createServerFolder(plan.kind.name);
    this.#place = {
      ...this.address,
      dataDir: join(this.#folder, "data"),
      filesDir: join(this.#folder, "files"),
    };
    this.#unguard = guardExit(() => {
      if (this.#child !== undefined) signalTree(this.#child, "SIGKILL");
      this.#discard();
      // What was killed may not be gone yet, and leave a last file behind.
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    });
  }

  get dataDir(): string {
    return this.#place.dataDir;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async create(): Promise<void> {
    await mkdir(this.#place.dataDir);
    await mkdir(this.#place.filesDir);
    for (const [name, text] of Object.entries(this.#plan.files)) {
      await writeFile(join(this.#place.filesDir, name), text, { mode: 0o600 });
    }
    await this.#start();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, "exit");
    // A server of several processes must stand still first: it could start another one meanwhile.
    if (descendantsOf(child).length > 0) await this.pause();
    const killed = signalTree(child, "SIGKILL");
    await exited;
    await until("all its processes are gone", () => !killed.some(isRunning), STOPPED_TIMEOUT_MS);
  }

  async pause(): Promise<void> {
    const child = this.#running();
    child.kill("SIGSTOP");
    // The signal takes effect a moment after the call; a command sent in between would still be
    // answered.
    await until("the server stands still", () => isStandingStill(child.pid), STOPPED_TIMEOUT_MS);
    // Its children only now, when it cannot start another one.
    const stopped = signalTree(child, "SIGSTOP");
    await until(
      "all its processes stand still",
      () => stopped.every(isStandingStill),
      STOPPED_TIMEOUT_MS,
    );
  }

  resume(): Promise<void> {
    signalTree(this.#running(), "SIGCONT");
    return Promise.resolve();
  }

  async restart(options: RestartOptions): Promise<void> {
    if (this.#stopped) throw new Error("The server was stopped for good");
    await this.kill();
    if (!options.keepData) {
      this.#discard();
      await rm(this.#place.dataDir, { recursive: true, force: true });
      await mkdir(this.#place.dataDir);
    }
    await this.#start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.kill();
    this.#discard();
    await rm(this.#folder, { recursive: true, force: true });
    this.#unguard();
  }

  async #start(): Promise<void> {
    const child = this.#spawn();
    this.#child = child;
    let isGone = false;
    const gone = (): void => {
      isGone = true;
      if (this.#child === child) this.#child = undefined;
    };
    child.once("exit", gone);
    child.once("error", gone);
    await until(
      `${this.#plan.kind.name} on port ${this.address.port} is ready`,
      async () => isGone || (await this.#isReady(child)),
      READY_TIMEOUT_MS,
    );
    if (isGone) throw this.#startError();
  }

  #spawn(): ChildProcess {
    const command = this.#plan.command(this.#place, this.#binaryPath);
    const [program = "", ...args] = dyingWithParent(command);
    // Ctrl-C at a terminal is for the program alone, which ends its servers last. Where none outlives it in any case.
    const detached = program !== command[0];
    // A file and not a pipe: it needs no reader, and it is there to be told when the start fails.
    const log = openSync(this.#logPath, "w");
    try {
      return spawn(program, args, {
        cwd: this.#place.dataDir,
        detached,
        stdio: ["ignore", log, log],
      });
    } finally {
      closeSync(log);
    }
  }

  async #isReady(child: ChildProcess): Promise<boolean> {
    try {
      return await this.#plan.isReady({ ...this.address, pid: child.pid });
    } catch {
      return false;
    }
  }

  #discard(): void {
    this.#plan.discard?.(this.#place);
  }

  #running(): ChildProcess {
    if (this.#child === undefined) throw new Error("The server does not run");
    return this.#child;
  }

  get #logPath(): string {
    return join(this.#folder, "server.log");
  }

  #startError(): Error {
    const log = readFileSync(this.#logPath, "utf8").slice(-LOG_TAIL_CHARS_MAX);
    const message = `${this.#plan.kind.name} ended while it started:\n${log}`;
    return /address already in use/i.test(log) ? new PortTakenError(message) : new Error(message);
  }
}
