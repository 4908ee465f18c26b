import { spawnSync } from "node:child_process";

/** What must not outlive this process. */
const cleanups: Set<() => void> = new Set();

/** Ends that programs may take over; where nothing else listens, they end the process without its exit hooks. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Has `cleanup` called when the process ends, by itself or by a signal that can be caught; the returned function
 * takes that back. SIGKILL runs nothing, which is what {@link dyingWithParent} is for.
 */
export function guardExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) {
    process.once("exit", runCleanups);
    for (const signal of SIGNALS) process.on(signal, endBySignal);
  }
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) unguard();
  };
}

function unguard(): void {
  process.removeListener("exit", runCleanups);
  for (const signal of SIGNALS) process.removeListener(signal, endBySignal);
}

/** In reverse, as what was made last may stand on what was made first. */
function runCleanups(): void {
  for (const cleanup of [...cleanups].reverse()) cleanup();
}

/** A program that listens itself decides about its end; its exit then runs the cleanups. */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  runCleanups();
  unguard();
  process.kill(process.pid, signal);
}

let prefix: readonly string[] | undefined;

/**
 * The command line that makes the kernel kill the program when its parent dies, however it dies; the program as it
 * is where the system has no such thing. `setpriv` executes the program in place, so its pid stays the child's.
 */
export function dyingWithParent(command: readonly string[]): readonly string[] {
  prefix ??= findPrefix();
  return [...prefix, ...command];
}

function findPrefix(): readonly string[] {
  const wanted = ["setpriv", "--pdeathsig", "KILL"];
  const [program = "", ...rest] = wanted;
  const probe = spawnSync(program, [...rest, "true"], { stdio: "ignore" });
  return probe.status === 0 ? wanted : [];
}
