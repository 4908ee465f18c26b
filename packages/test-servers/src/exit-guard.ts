import { spawnSync } from "node:child_process";

/** What must not outlive this process. */
const cleanups: Set<() => void> = new Set();

/**
 * Has `cleanup` called when the process exits; the returned function takes that back.
 *
 * It does not listen for signals: that would change what they do to the program, and two listeners
 * that each leave the end to the other would make it unstoppable. A program that a signal ends runs
 * no hook, which is what {@link dyingWithParent} is for.
 */
export function guardExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) process.once("exit", runCleanups);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) process.removeListener("exit", runCleanups);
  };
}

/** In reverse, as what was made last may stand on what was made first. */
function runCleanups(): void {
  for (const cleanup of [...cleanups].reverse()) cleanup();
}

let prefix: readonly string[] | undefined;

/**
 * The command line that makes the kernel kill the program when its parent dies, however it dies;
 * the program as it is where the system has no such thing. `setpriv` executes the program in place,
 * so its pid stays the child's.
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
