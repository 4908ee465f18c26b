import type { CallOptions } from "./etcd-client.ts";

/** gRPC's deadline fires at once in a process that stood still, so it is far behind our timer. */
const CLEAN_UP_MS = 10_000;
/** gRPC's number for a deadline that has passed. */
const DEADLINE_EXCEEDED = 4;

/** A call as gRPC's interceptors see it. */
interface InterceptedCall {
  cancelWithStatus(status: number, details: string): void;
}

/**
 * Options of gRPC for a call that we give up by our own timer. The driver only gives a promise of the answer, so
 * the call itself is taken hold of by an interceptor. Given up, it makes the driver connect anew.
 */
export function cancellableOptions(
  endMs: number,
  onTimeout: (cancel: () => void) => void,
): CallOptions {
  const hold = (options: object, next: (options: object) => InterceptedCall): InterceptedCall => {
    const call = next(options);
    onTimeout(() => call.cancelWithStatus(DEADLINE_EXCEEDED, "no answer in time"));
    return call;
  };
  const options = { deadline: endMs + CLEAN_UP_MS, interceptors: [hold] };
  return options;
}
