import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UnavailableError } from "../unavailable-error.ts";
import { wordsOf } from "../words-of.ts";
import type { SoakAccount, SoakNews, SoakOrder, SoakTask } from "./message.ts";
import { type SoakServers, startSoakServers } from "./servers/soak-servers.ts";
import { slopeOf } from "./slope.ts";
import type { SoakResult } from "./soak-result.ts";

const WORKER_FILE: string = fileURLToPath(new URL("worker/soak-worker.js", import.meta.url));
const WORKER_FLAGS: readonly string[] = [
  "--expose-gc",
  "--unhandled-rejections=strict",
  // The heap is asked for timers and sockets in a way that Node calls experimental.
  "--disable-warning=ExperimentalWarning",
];
const LOOK_EVERY_MS = 100;
/** A leak leaves thousands, and more of them say nothing new. */
const SHOWN_MAX = 20;
/** A process that has closed everything and been told to leave ends by itself. */
const LEAVE_MS_MAX = 5_000;

/** What to soak, and how. */
export interface SoakOptions extends Omit<SoakTask, "urls"> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (cycles: number) => void;
  /** The program of the process under test; a test hands in one that leaks. */
  readonly workerFile?: string;
}

/**
 * Runs cycles in a process of its own against servers of its own, and tells what is left of them. An abort
 * of `signal` ends the run early; the result is then of what was done.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using servers = await serversOf(options);
  // A group of its own: Ctrl-C at a terminal is for this process, which says what is to be done.
  const how = { execArgv: [...WORKER_FLAGS], detached: true };
  const child = fork(options.workerFile ?? WORKER_FILE, how);
  try {
    const account = await accountOf(child, servers, options);
    // Asked while the process is still there: what it forgot to close would go with it.
    const onServers = await leftOn(servers, options.settleMsMax);
    const leftovers = [...account.leftovers, ...onServers, ...(await leave(child))];
    return {
      kind: "holdfast-soak",
      backend: options.backend,
      callers: options.callerCount,
      node: process.version,
      isInterrupted: options.signal?.aborted === true,
      ...account,
      slope: slopeOf(account.samples),
      leftovers,
    };
  } finally {
    child.kill("SIGKILL");
  }
}

async function serversOf({ backend }: SoakOptions): Promise<SoakServers> {
  try {
    return await startSoakServers(backend);
  } catch (error) {
    throw new UnavailableError(wordsOf(error), { cause: error });
  }
}

async function accountOf(
  child: ChildProcess,
  { urls }: SoakServers,
  { signal, onProgress, workerFile: _, ...task }: SoakOptions,
): Promise<SoakAccount> {
  const order = (what: SoakOrder): void => {
    // One that has ended meanwhile tells by its exit.
    if (child.connected) child.send(what, () => {});
  };
  const stop = (): void => order({ order: "stop" });
  signal?.addEventListener("abort", stop);
  try {
    return await new Promise<SoakAccount>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, by) => reject(new Error(`the process ended: ${by ?? code}`)));
      child.on("message", (message) => {
        const news = message as SoakNews;
        if (news.news === "progress") onProgress?.(news.cycles);
        if (news.news === "closed") resolve(news.account);
        if (news.news === "failed") reject(new Error(news.why));
      });
      order({ order: "begin", task: { ...task, urls } });
      if (signal?.aborted === true) stop();
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    child.removeAllListeners();
  }
}

/** What is on the servers once it had its time to go. */
async function leftOn(servers: SoakServers, settleMsMax: number): Promise<readonly string[]> {
  const startedAtMs = performance.now();
  for (;;) {
    const found = await servers.leftovers();
    if (found.length === 0) return [];
    if (performance.now() - startedAtMs > settleMsMax) return someOf(found);
    await sleep(LOOK_EVERY_MS);
  }
}

function someOf(found: readonly string[]): readonly string[] {
  const more = found.length - SHOWN_MAX;
  return more > 0 ? [...found.slice(0, SHOWN_MAX), `and ${more} more`] : found;
}

/** A process in which nothing is left ends by itself. */
async function leave(child: ChildProcess): Promise<readonly string[]> {
  const gone = once(child, "exit", { signal: AbortSignal.timeout(LEAVE_MS_MAX) });
  child.send({ order: "leave" } satisfies SoakOrder);
  return await gone.then(
    () => [],
    () => ["process: it does not end by itself"],
  );
}
