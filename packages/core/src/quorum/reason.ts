import { LockError } from "../lock-error.ts";

/** What a vote says of a member that gave no usable answer. */
export function reasonOf(error: unknown): string {
  return LockError.is(error) ? `${error.code}: ${error.message}` : "no usable answer";
}
