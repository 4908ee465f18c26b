import type { BackendName } from "../ground.ts";

/** What a worker process is told when it begins. */
export interface WorkerPlan {
  /** Its name in the history; no two processes of a run share one. */
  readonly process: string;
  /** `probe`: takes every name once, and ends. */
  readonly role: "work" | "probe";
  /** A subject's id, or the file of a module that exports a `subject`. */
  readonly subject: string;
  readonly backend: BackendName;
  readonly urls: readonly string[];
  readonly seed: number;
  readonly clientCount: number;
  /** Turns that go on at the same time on each client. */
  readonly threadCount: number;
  readonly names: readonly string[];
  readonly ttlsMs: readonly number[];
  /** Path of the resource's Unix socket. */
  readonly resourcePath: string;
  readonly historyFile: string;
  /** How long a probe waits for each name. */
  readonly probeWaitMs: number;
}
