import {
  type AcquireRequest,
  type Grant,
  LockError,
  type LockProvider,
  systemRandom,
} from "@holdfast/core";

/** A request by a holder of its own. */
export function request(name: string, ttlMs = 10_000): AcquireRequest {
  const holderId = systemRandom.holderId();
  return { name, holderId, ttlMs, mode: "exclusive", renewable: true };
}

/** Takes a lock that is expected to be free. */
export async function take(provider: LockProvider, asked: AcquireRequest): Promise<Grant> {
  const answer = await provider.tryAcquire(asked);
  if (!answer.granted) throw new Error(`refused: ${answer.why} ${JSON.stringify(answer.votes)}`);
  return answer;
}

/** The LockError that a promise rejects with. */
export async function faultOf(promise: PromiseLike<unknown>): Promise<LockError> {
  try {
    await promise;
  } catch (error) {
    if (LockError.is(error)) return error;
    throw error;
  }
  throw new Error("it was expected to reject");
}
