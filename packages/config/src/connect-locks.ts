import type { Locks } from "@holdfast/core";
import { ConfigError } from "./config-error.ts";
import type { ConnectOptions } from "./connect-options.ts";
import { BackendLocks, type ConnectedLocks } from "./connected-locks.ts";
import { type ConfigInput, Connection } from "./connection.ts";

/**
 * Locks on the backend that the configuration names: `input`, else the URL in HOLDFAST_URL, else the nearest
 * `holdfast.config.{ts,mts,js,mjs,json}`. Adapters are imported now, drivers and sockets on first use.
 *
 * Rejects `CONFIG_INVALID` (not applied, do not try again) with the place, what is wrong there without its
 * secrets, what is accepted and the nearest that is. `input` is never changed.
 */
export async function connectLocks(
  input?: ConfigInput,
  options: ConnectOptions = {},
): Promise<ConnectedLocks> {
  const connection = await Connection.read(input, options);
  const locks = new Map<string, Locks | ConfigError>();
  try {
    for (const name of [connection.name, ...connection.plan.backends.keys()]) {
      if (!locks.has(name)) locks.set(name, await openOrError(connection, name));
    }
  } catch (error) {
    await Promise.all(
      [...locks.values()].map((each) => (each instanceof ConfigError ? undefined : each.close())),
    );
    throw error;
  }
  return new BackendLocks(connection.name, locks, connection.plan.place.at("backends"));
}

/** Only the backend that is meant has to be usable on this machine. */
async function openOrError(connection: Connection, name: string): Promise<Locks | ConfigError> {
  try {
    return await connection.openLocks(name);
  } catch (error) {
    const isMissing = error instanceof ConfigError && error.isMissing;
    if (isMissing && name !== connection.name) return error;
    throw error;
  }
}
