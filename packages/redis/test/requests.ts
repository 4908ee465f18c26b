import {
  type AcquireRequest,
  type Grant,
  LockError,
  type Refusal,
  systemRandom,
} from "@holdfast/core";
import type { RedisProvider } from "../src/index.ts";

export type AnyRedis = RedisProvider<"none" | "monotonic">;

/** A request by a holder of its own. */
export function request(name: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  const holderId = systemRandom.holderId();
  return { name, holderId, ttlMs: 10_000, mode: "exclusive", renewable: true, ...more };
}

/** Takes a lock that is expected to be free. */
export async function take(
  provider: Pick<AnyRedis, "tryAcquire">,
  asked: AcquireRequest,
): Promise<Grant> {
  const answer: Grant | Refusal = await provider.tryAcquire(asked);
  if (!answer.granted) throw new Error(`refused: ${answer.why}`);
  return answer;
}

/** Gives back what was granted. */
export function giveBack(provider: AnyRedis, grant: Grant): Promise<string> {
  const { name, holderId, ttlMs, state } = grant;
  return provider.release({
    name,
    holderId,
    ttlMs,
    inDoubt: false,
    ...(state === undefined ? {} : { state }),
  });
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
