import { type ConnectedProvider, connectProvider } from "@holdfast/config";
import { createLocks, type Locks, type LocksOptions } from "@holdfast/core";

/** Where the command line says that the backend is. */
export type BackendFlags = ReadonlyMap<string, string>;

/** The provider that the flags, the environment or a file configure. */
export function openProvider(flags: BackendFlags): Promise<ConnectedProvider> {
  return connectProvider(flags.get("url"), { environment: flags.get("env") });
}

/** Locks on it, which the caller closes. */
export async function openLocks(
  flags: BackendFlags,
  settings: Partial<LocksOptions> = {},
): Promise<Locks> {
  const { provider, options } = await openProvider(flags);
  try {
    return createLocks({ ...options, ...settings });
  } catch (error) {
    await provider[Symbol.asyncDispose]();
    throw error;
  }
}
