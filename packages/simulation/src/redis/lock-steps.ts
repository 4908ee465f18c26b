import type { Keyspace } from "./keyspace.ts";
import { digitsAt, digitsOf, numberOf } from "./lua-number.ts";
import { FENCE_MAX } from "./reply-error.ts";

/** Mints a token after the counter `last`, and writes the counter. Throws where there is none left. */
export function mint(keyspace: Keyspace, fence: string, last: string | undefined): string {
  let token = keyspace.nowUs;
  if (last !== undefined && numberOf(last) + 1 > token) {
    token = numberOf(last) + 1;
    if (token > Number.MAX_SAFE_INTEGER) throw FENCE_MAX;
  }
  keyspace.set(fence, digitsOf(token));
  return digitsOf(token);
}

/** The answer to its holder where it is taken by that one: its ttl starts anew. Undefined otherwise. */
export function holdOwn(
  keyspace: Keyspace,
  lock: string,
  { holder, ttlMs }: { readonly holder: string; readonly ttlMs: number },
): string | undefined {
  const value = keyspace.peek(lock);
  if (value === undefined || !value.startsWith(holder)) return undefined;
  keyspace.expire(lock, ttlMs);
  return `+${digitsAt(value, holder.length)}`;
}
