/**
 * What a process of a case did with a lock or was told of it. Handed to {@link Harness.checkHistory},
 * which may know more about histories than this suite does.
 */
export interface WitnessEvent {
  /** Whole nanoseconds on one monotonic clock for all processes of the case. */
  readonly atNs: number;
  readonly process: string;
  readonly client: string;
  /** One acquisition, from its acquire to its end, also when another process adopts it. */
  readonly hold: string;
  /** Of the lock; empty for what a process as a whole goes through. */
  readonly name: string;
  /** `crash`, `pause` and `resume` are done to a process; an adoption is a renewal. */
  readonly operation: "acquire" | "renew" | "release" | "lost" | "crash" | "pause" | "resume";
  /** A call is an `invoke` and then one of the others; what merely happens is an `ok`. */
  readonly phase: "invoke" | "ok" | "fail" | "unknown";
  /** Of a grant, in decimal digits. */
  readonly token?: string;
  /** Of the invoke of an acquire. */
  readonly ttlMs?: number;
  /** Of a grant or a renewal: until when the lease says that it is valid. */
  readonly validUntilNs?: number;
}
