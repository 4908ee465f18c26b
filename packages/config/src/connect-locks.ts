import type { Locks } from "@holdfast/core";
import { ConfigError } from "./config-error.ts";
import type { ConnectOptions } from "./connect-options.ts";
import { BackendLocks, type ConnectedLocks, type LocksMaker } from "./connected-locks.ts";
import { type ConfigInput, Connection } from "./connection.ts";

/**
 * Locks on the backend that the configuration names: `input`, else the URL in HOLDFAST_URL, else the nearest
 * `holdfast.config.{ts,mts,js,mjs,json}`. Adapters are imported now, drivers and sockets on first use.
 *
 * Rejects `CONFIG_INVALID` (not applied, do not try again) with the place, what is wrong there without its
 * secrets, what is accepted and the nearest that is. `input` is never changed.
 */
export function connectLocks(
  input: ConfigInput | undefined,
  options: ConnectOptions & { readonly requireFencing: true },
): Promise<ConnectedLocks<bigint>>;
export function connectLocks(
  input?: ConfigInput,
  options?: ConnectOptions,
): Promise<ConnectedLocks>;
export async function connectLocks(
  input?: ConfigInput,
  options: ConnectOptions = {},
): Promise<ConnectedLocks> {
  const connection = await Connection.read(input, options);
  const { name, plan } = connection;
  const makers = new Map<string, LocksMaker>([[name, await connection.loadLocks(name)]]);
  for (const other of plan.backends.keys()) {
    if (other !== name) makers.set(other, await makerOrError(connection, other));
  }
  return new BackendLocks(name, makers, plan.place.at("backends"));
}

/** Only the backend that is meant has to be usable on this machine. */
async function makerOrError(connection: Connection, name: string): Promise<() => Locks> {
  try {
    return await connection.loadLocks(name);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return () => {
      throw error;
    };
  }
}
