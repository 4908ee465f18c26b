import type { ServerSource } from "./server-source.ts";

/**
 * What servers from a source can do beyond what all can. Tests leave out by these, and by nothing
 * else.
 */
export interface ServerCapabilities {
  /** Whether a client on this machine can reach the server by a Unix socket. */
  readonly unixSocket: boolean;
  /** Whether the server's wall clock can be moved, where `clockShim()` could be built. */
  readonly clock: boolean;
}

const capabilities: Readonly<Record<ServerSource, ServerCapabilities>> = {
  // The socket would lie inside the container, and the clock outside of it.
  docker: { unixSocket: false, clock: false },
  local: { unixSocket: true, clock: true },
};

export function serverCapabilities(source: ServerSource): ServerCapabilities {
  return capabilities[source];
}
