import { type Finding, LockError } from "@holdfast/core";
import { classifyError } from "./classify-error.ts";
import type { CommandRunner } from "./command-runner.ts";
import { type Keyspace, nameFenceKey, queueKey, tombstoneKey, waitersKey } from "./keyspace.ts";
import type { WaitingRoom } from "./queue/waiting-room.ts";

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
  const [queue, waiters] = [queueKey(lock), waitersKey(lock)];
  return [
    ...keys.map((key) => [`write ${key}`, ["SET", key, "", "NX", "XX"]] as const),
    ["MGET", ["MGET", lock, keyspace.serverFence]],
    ["GET", ["GET", lock]],
    ["DEL", ["DEL", lock]],
    ["EXISTS", ["EXISTS", queue]],
    ["ZADD", ["ZADD", queue, "NX", "XX", "1", "x"]],
    ["ZREM", ["ZREM", queue, "x"]],
    ["ZRANGE", ["ZRANGE", queue, "0", "0"]],
    ["ZRANK", ["ZRANK", queue, "x"]],
    ["ZSCORE", ["ZSCORE", queue, "x"]],
    ["ZCARD", ["ZCARD", queue]],
    ["HSET", ["HSET", waiters, "x", "", "a field without its value"]],
    ["HGET", ["HGET", waiters, "x"]],
    ["HDEL", ["HDEL", waiters, "x"]],
    ["PEXPIRE", ["PEXPIRE", lock, "1"]],
    ["PTTL", ["PTTL", lock]],
    ["TIME", ["TIME"]],
    ["EVAL", ["EVAL", "return 1", "0"]],
    ["EVALSHA", ["EVALSHA", "", "0"]],
    ["PUBLISH", ["PUBLISH", `${keyspace.inbox}doctor`, ""]],
  ];
}

/** Without these waiters learn of their grants by heartbeat, up to a second late. */
const FOR_MESSAGES: ReadonlySet<string> = new Set(["PUBLISH", "SUBSCRIBE"]);

/** What the connection's user may not do, in one finding. */
export async function permissionFindings(
  runner: CommandRunner,
  keyspace: Keyspace,
  room: WaitingRoom,
): Promise<readonly Finding[]> {
  const missing: string[] = [];
  const refusal = await room.tryInbox();
  if (refusal !== undefined && classifyError(refusal).reason === "NOPERM")
    missing.push("SUBSCRIBE");
  for (const [what, command] of probes(keyspace)) {
    if (await isForbidden(runner, command)) missing.push(what);
  }
  if (missing.length === 0) return [];
  return [
    {
      severity: missing.every((what) => FOR_MESSAGES.has(what)) ? "warning" : "error",
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
