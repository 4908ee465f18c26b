/** Callers in one process that want the same lock, and give it back at once when they get it. */
export interface Crowd {
  readonly name: string;
  readonly waiterCount: number;
  /** Each waits for a time of its own, up to this. */
  readonly waitMsMax: number;
}

/**
 * The worker processes of a run. A worker is known by its index; a process that has ended is replaced by a new
 * one, under the same index, without anybody asking. What happens to processes is recorded here, before it is done.
 */
export interface Fleet {
  /** How many there are. */
  readonly size: number;
  /** Of the locks that they take by turns. */
  readonly names: readonly string[];
  /** SIGKILL. Resolves when the process is gone. */
  kill(index: number): Promise<void>;
  /** SIGSTOP. A process that is stopped already, or ends, is left as it is. */
  pause(index: number): void;
  /** SIGCONT. */
  resume(index: number): void;
  /** SIGTERM: closes its clients, and ends by itself. Resolves when it has ended. */
  askToClose(index: number): Promise<void>;
  /** A busy loop of `ms`: timers, answers and signals wait. */
  stall(index: number, ms: number): void;
  /** Aborts every acquire that is under way. */
  abort(index: number): void;
  /** Asks for one lock many times at once, besides the turns that are taken. */
  gather(index: number, crowd: Crowd): void;
  /** Moves the wall clock that the clients of this process see by `ms`, forth or back. Holdfast only. */
  shiftWallClock(index: number, ms: number): void;
  /** As if the machine had slept for `ms`: time since boot has passed, monotonic time has not. Holdfast only. */
  suspend(index: number, ms: number): void;
}
