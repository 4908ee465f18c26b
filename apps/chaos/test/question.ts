/** Asks one server something, as a client does. */
export interface Question {
  /** Resolves with the server's wall clock, where it tells it; rejects with what the client got instead. */
  ask(): Promise<number | undefined>;
  close(): Promise<void>;
}
