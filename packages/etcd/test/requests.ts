import { type AcquireRequest, type Grant, LockError, systemRandom } from "@holdfast/core";
import { type EtcdProvider, etcd } from "../src/index.ts";

/** A request by a holder of its own. */
export function request(name: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  const holderId = systemRandom.holderId();
  return { name, holderId, ttlMs: 8_000, mode: "exclusive", renewable: true, ...more };
}

/** Takes a lock that is expected to be free. */
export async function take(provider: EtcdProvider, asked: AcquireRequest): Promise<Grant> {
  const answer = await provider.tryAcquire(asked);
  if (!answer.granted) throw new Error(`refused: ${answer.why}`);
  return answer;
}

/** Gives back what was asked for. */
export function giveBack(
  provider: EtcdProvider,
  { name, holderId, ttlMs }: AcquireRequest,
  inDoubt = false,
): Promise<string> {
  return provider.release({ name, holderId, ttlMs, inDoubt });
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

/** A provider of its own over that server or proxy. */
export function openOn(
  { host, port }: { readonly host: string; readonly port: number },
  commandTimeoutMs = 1_000,
): EtcdProvider {
  return etcd({ hosts: `${host}:${port}`, commandTimeoutMs });
}
