import type { Lease, Locks } from "@holdfast/core";
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
    onLost: ({ signal }, tell) => tellOnAbort(signal, tell),
    token: ({ fencingToken }) => fencingToken,
    close: async () => {
      await locks.close();
      disconnect();
    },
  };
}
