import { type Finding, LockError } from "@holdfast/core";
import type { CommandRunner } from "./command-runner.ts";
import { type Keyspace, nameFenceKey, tombstoneKey } from "./keyspace.ts";

/**
 * The commands that the scripts use, each in a form that changes nothing: permissions are checked before
 * arguments, so one that contradicts itself is refused either as not permitted or as wrong.
 */
function probes(keyspace: Keyspace): readonly (readonly [string, readonly string[]])[] {
  const lock = keyspace.probe;
  const keys = [
    lock,
    tombstoneKey(lock, "x"),
    nameFenceKey(lock),
    keyspace.serverFence,
    keyspace.member,
  ];
  return [
    ...keys.map((key) => [`write ${key}`, ["SET", key, "", "NX", "XX"]] as const),
    ["MGET", ["MGET", lock, keyspace.serverFence]],
    ["GET", ["GET", lock]],
    ["DEL", ["DEL", lock]],
    ["PEXPIRE", ["PEXPIRE", lock, "1"]],
    ["PTTL", ["PTTL", lock]],
    ["TIME", ["TIME"]],
    ["EVAL", ["EVAL", "return 1", "0"]],
    ["EVALSHA", ["EVALSHA", "", "0"]],
    // Unused until waiters are woken by message; told now, so that an upgrade finds it allowed.
    ["PUBLISH", ["PUBLISH", `${keyspace.inbox}doctor`, ""]],
  ];
}

/** What the connection's user may not do, in one finding. */
export async function permissionFindings(
  runner: CommandRunner,
  keyspace: Keyspace,
): Promise<readonly Finding[]> {
  const missing: string[] = [];
  for (const [what, command] of probes(keyspace)) {
    if (await isForbidden(runner, command)) missing.push(what);
  }
  if (missing.length === 0) return [];
  return [
    {
      severity: missing.every((what) => what === "PUBLISH") ? "warning" : "error",
      what: `the user lacks permissions: ${missing.join(", ")}`,
      remedy: "ACL SETUSER with ~<prefix>* &<prefix>* and these commands",
    },
  ];
}

async function isForbidden(runner: CommandRunner, command: readonly string[]): Promise<boolean> {
  try {
    await runner.run({ command: [...command], decode: () => undefined });
    return false;
  } catch (error) {
    if (isNotPermitted(error)) return true;
    // Any other answer comes after the permission was checked; no answer at all is a fault.
    if (LockError.is(error) && error.outcome === "not-applied") return false;
    throw error;
  }
}

/** True for the server's answer that the user may not do that. */
export function isNotPermitted(error: unknown): boolean {
  if (!LockError.is(error)) return false;
  const { code } = (error.cause ?? {}) as { readonly code?: unknown };
  return code === "NOPERM";
}
