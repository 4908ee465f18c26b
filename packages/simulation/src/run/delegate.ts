import type { LockProvider } from "@holdfast/core";

/** The same provider with some of its members replaced. */
export function delegate(provider: LockProvider, replaced: Partial<LockProvider>): LockProvider {
  const { clock, enqueue, watch, onLoss, turns, asMember, inspect, breakLock, ping, doctor } =
    provider;
  return {
    name: provider.name,
    capabilities: provider.capabilities,
    ...(clock && { clock }),
    tryAcquire: (request) => provider.tryAcquire(request),
    renew: (requests) => provider.renew(requests),
    release: (request) => provider.release(request),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
    ...(enqueue && { enqueue: enqueue.bind(provider) }),
    ...(watch && { watch: watch.bind(provider) }),
    ...(onLoss && { onLoss: onLoss.bind(provider) }),
    ...(turns && { turns }),
    ...(asMember && { asMember: asMember.bind(provider) }),
    ...(inspect && { inspect: inspect.bind(provider) }),
    ...(breakLock && { breakLock: breakLock.bind(provider) }),
    ...(ping && { ping: ping.bind(provider) }),
    ...(doctor && { doctor: doctor.bind(provider) }),
    ...replaced,
  };
}
