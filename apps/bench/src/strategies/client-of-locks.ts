import type { Lease, Locks } from "@holdfast/core";
import type { LockSightState } from "../agent/lock-sight.ts";
import type { LockClient } from "../strategy.ts";
import { tellOnAbort } from "./tell-on-abort.ts";

/** Holdfast as the benchmark sees it; `disconnect` ends what the provider was given. */
export function clientOfLocks<Token extends bigint | undefined>(
  locks: Locks<Token>,
  disconnect: () => void = () => {},
): LockClient<Lease<Token>> {
  return {
    acquire: (name, options) => locks.acquire(name, options),
    release: (_name, lease) => lease.release(),
    inspect: (name) => sightOf(locks, name),
    onLost: ({ signal }, tell) => tellOnAbort(signal, tell),
    token: ({ fencingToken }) => fencingToken,
    close: async () => {
      await locks.close();
      disconnect();
    },
  };
}

async function sightOf(
  locks: Pick<Locks<bigint | undefined>, "inspect">,
  name: string,
): Promise<LockSightState> {
  const { held, description, fencingToken, remainingMs, waiters } = await locks.inspect(name);
  return {
    held,
    ...(description !== undefined && { description }),
    ...(fencingToken !== undefined && { fencingToken: String(fencingToken) }),
    ...(remainingMs !== undefined && { remainingMs }),
    ...(waiters !== undefined && { waiters }),
  };
}
