import type { ConnectOptions } from "./connect-options.ts";
import { type ConfigInput, type ConnectedProvider, Connection } from "./connection.ts";

/**
 * As `connectLocks`, for one backend alone and one layer below: its provider, for what `Locks` has not, as
 * `doctor`, and the options for `createLocks`. Whoever calls disposes the provider, or closes the locks on it.
 */
export async function connectProvider(
  input?: ConfigInput,
  options: ConnectOptions = {},
): Promise<ConnectedProvider> {
  const connection = await Connection.read(input, options);
  const connect = await connection.load(connection.name);
  return connect();
}
