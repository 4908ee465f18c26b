/**
 * The worker processes of a run. A worker is known by its index; a process that has ended is replaced by a new
 * one, under the same index, without anybody asking. What happens to processes is recorded here, before it is done.
 */
export interface Fleet {
  /** How many there are. */
  readonly size: number;
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
  /** Moves the wall clock that the clients of this process see by `ms`, forth or back. Holdfast only. */
  shiftWallClock(index: number, ms: number): void;
  /** As if the machine had slept for `ms`: time since boot has passed, monotonic time has not. Holdfast only. */
  suspend(index: number, ms: number): void;
}
