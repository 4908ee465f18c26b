import assert from "node:assert/strict";
import { LockError, type LockErrorCode } from "@holdfast/core";

/** The {@link LockError} that `promise` rejects with; any other end fails the case. */
export async function rejectsWith(
  code: LockErrorCode,
  promise: Promise<unknown>,
): Promise<LockError> {
  const error = await promise.then(
    (value) => assert.fail(`expected ${code}, resolved with ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (!LockError.is(error)) throw error;
  assert.equal(error.code, code, error.message);
  return error;
}
