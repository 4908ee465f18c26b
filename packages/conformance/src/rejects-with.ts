import assert from "node:assert/strict";
import { LockError, type LockErrorCode } from "@holdfast/core";

/** The {@link LockError} that `promise` rejects with, of one of these codes; any other end fails the case. */
export async function rejectsWith(
  wanted: LockErrorCode | readonly LockErrorCode[],
  promise: Promise<unknown>,
): Promise<LockError> {
  const error = await promise.then(
    (value) => assert.fail(`expected ${wanted}, resolved with ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (!LockError.is(error)) throw error;
  const codes: readonly LockErrorCode[] = typeof wanted === "string" ? [wanted] : wanted;
  assert.ok(codes.includes(error.code), `expected ${wanted}, got ${error.code}: ${error.message}`);
  return error;
}
