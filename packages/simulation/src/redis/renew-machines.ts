import type { Keyspace } from "./keyspace.ts";
import { digitsAt, digitsOf, numberOf } from "./lua-number.ts";
import { ReplyError } from "./reply-error.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** RENEW: KEYS lock × n. ARGV ("holderId:" ttlMs) × n. */
export const renew: ScriptMachine = (keyspace, keys, argv) => {
  return keys.map((lock, at) =>
    guarded(() => {
      const holder = operand(argv, 2 * at);
      const value = keyspace.get(lock);
      if (!value?.startsWith(holder)) return refusalOf(value);
      keyspace.expire(lock, Number(operand(argv, 2 * at + 1)));
      return `+${digitsAt(value, holder.length)}`;
    }),
  );
};

/** RENEW_AND_RAISE: KEYS (lock fence) × n. ARGV ("holderId:" ttlMs raiseTo fenceTtlMs) × n. */
export const renewAndRaise: ScriptMachine = (keyspace, keys, argv) => {
  const replies: string[] = [];
  for (let at = 0; at < keys.length / 2; at += 1) {
    const [lock, fence] = [operand(keys, 2 * at), operand(keys, 2 * at + 1)];
    const [holder, ttlMs] = [operand(argv, 4 * at), Number(operand(argv, 4 * at + 1))];
    const [raiseTo, fenceTtlMs] = [operand(argv, 4 * at + 2), Number(operand(argv, 4 * at + 3))];
    replies.push(
      guarded(() => {
        const value = keyspace.get(lock);
        if (!value?.startsWith(holder)) return refusalOf(value);
        const token = digitsAt(value, holder.length);
        if (numberOf(raiseTo) <= numberOf(token)) {
          keyspace.expire(lock, ttlMs);
          return `+${token}`;
        }
        raiseCounter(keyspace, fence, { raiseTo: numberOf(raiseTo), fenceTtlMs });
        const raised = digitsOf(numberOf(raiseTo));
        const rest = value.slice(holder.length + token.length);
        keyspace.set(lock, holder + raised + rest, ttlMs);
        return `+${raised}`;
      }),
    );
  }
  return replies;
};

function raiseCounter(
  keyspace: Keyspace,
  fence: string,
  { raiseTo, fenceTtlMs }: { readonly raiseTo: number; readonly fenceTtlMs: number },
): void {
  const counter = digitsOf(Math.max(raiseTo, numberOf(keyspace.get(fence) ?? "0")));
  if (fenceTtlMs === 0) keyspace.set(fence, counter);
  else keyspace.set(fence, counter, fenceTtlMs);
}

function refusalOf(value: string | undefined): string {
  return value === undefined ? "-" : "-x";
}

/** An item's error is its reply, and spares the others. */
function guarded(item: () => string): string {
  try {
    return item();
  } catch (error) {
    if (error instanceof ReplyError) return `!${error.message}`;
    throw error;
  }
}
