/**
 * The seam between a simulated client and the simulated network: a stand-in for TCP. On one connection
 * commands arrive in the order sent, and replies in the order of their commands; either may be late, or
 * never come. Nothing here is called back from within the call that caused it.
 */
export interface Wire {
  /** Starts to connect. The connection ends by `down`, once, or by its own `close`. */
  connect(handlers: WireHandlers): WireConnection;
}

/** What a connection tells its client. */
export interface WireHandlers {
  /** The connection is made. Called at most once, before any reply. */
  up(): void;
  /** The next reply, or a PushMessage in between. An Error instance is an error reply of the server. */
  reply(reply: unknown): void;
  /** The connection could not be made or is lost: no other call follows. */
  down(error: Error): void;
}

/** One connection, being made or made. */
export interface WireConnection {
  /** To be called only after `up`; after `down` or `close` it does nothing. */
  send(command: readonly string[]): void;
  /** Ends the connection from this side: no handler is called any more. What was sent may arrive. */
  close(): void;
}
