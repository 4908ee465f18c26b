import type { ServerSource } from "./server-source.ts";

/**
 * What servers from a source can do beyond what all can. Tests leave out by these, and by nothing
 * else.
 */
export interface ServerCapabilities {
  /** Whether a client on this machine can reach the server by a Unix socket. */
  readonly unixSocket: boolean;
}

const capabilities: Readonly<Record<ServerSource, ServerCapabilities>> = {
  // The socket would lie inside the container, out of reach of this machine's clients.
  docker: { unixSocket: false },
  local: { unixSocket: true },
};

export function serverCapabilities(source: ServerSource): ServerCapabilities {
  return capabilities[source];
}
