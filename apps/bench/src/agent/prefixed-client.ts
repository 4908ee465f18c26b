import type { LockClient } from "../strategy.ts";

/** A client whose lock names all begin with `prefix`. */
export function prefixedClient(client: LockClient, prefix: string): LockClient {
  const { using } = client;
  return {
    ...client,
    acquire: (name, options) => client.acquire(prefix + name, options),
    release: (name, holding) => client.release(prefix + name, holding),
    ...(using && { using: (name, work) => using(prefix + name, work) }),
  };
}
