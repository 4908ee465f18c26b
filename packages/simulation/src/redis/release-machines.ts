import type { Keyspace } from "./keyspace.ts";
import { leaveQuietly, passOn } from "./queue-machines.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** RELEASE: KEYS lock fence queue waiters. ARGV "holderId:". */
export const release: ScriptMachine = (keyspace, keyNames, argv) => {
  const [lock, fence, queue, waiters] = [0, 1, 2, 3].map((at) => operand(keyNames, at)) as [
    string,
    string,
    string,
    string,
  ];
  const wasOurs = deleteOwn(keyspace, lock, operand(argv, 0));
  if (!keyspace.has(lock)) passOn(keyspace, { lock, fence, queue, waiters });
  return wasOurs ? "1" : "0";
};

/** RELEASE_IN_DOUBT: KEYS lock fence tombstone queue waiters. ARGV "holderId:" tombstoneMs. */
export const releaseInDoubt: ScriptMachine = (keyspace, keyNames, argv) => {
  const [lock, fence, tombstone, queue, waiters] = [0, 1, 2, 3, 4].map((at) =>
    operand(keyNames, at),
  ) as [string, string, string, string, string];
  const keys = { lock, fence, queue, waiters };
  const holder = operand(argv, 0);
  const wasOurs = deleteOwn(keyspace, lock, holder);
  leaveQuietly(keyspace, keys, holder.slice(0, -1));
  if (!keyspace.has(lock)) passOn(keyspace, keys);
  keyspace.set(tombstone, "", Number(operand(argv, 1)));
  return wasOurs ? "1" : "0";
};

function deleteOwn(keyspace: Keyspace, lock: string, holder: string): boolean {
  return keyspace.get(lock)?.startsWith(holder) === true && keyspace.delete(lock);
}
