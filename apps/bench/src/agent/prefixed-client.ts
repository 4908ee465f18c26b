import type { LockClient } from "../strategy.ts";

/** A client whose lock names all begin with `prefix`. */
export function prefixedClient(client: LockClient, prefix: string): LockClient {
  const { inspect, using } = client;
  return {
    ...client,
    acquire: (name, options) => client.acquire(prefix + name, options),
    release: (name, holding) => client.release(prefix + name, holding),
    ...(inspect && { inspect: (name) => inspect(prefix + name) }),
    ...(using && { using: (name, work) => using(prefix + name, work) }),
  };
}
