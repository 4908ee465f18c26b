import type { ServerAddress } from "./launch-plan.ts";
import type { ServerSource } from "./server-source.ts";

export interface RestartOptions {
  /** Whether the data directory survives. What is in it is up to the server's persistence. */
  readonly keepData: boolean;
}

/** A server of any kind from any source, with what tests do to it. */
export interface LaunchedServer {
  readonly source: ServerSource;
  /** The address for clients; it stays the same over restarts. */
  readonly address: ServerAddress;
  /** The address for other servers from the same source. */
  readonly peerAddress: ServerAddress;
  /** The data directory, a path on this machine; undefined where it is inside a container. */
  readonly dataDir: string | undefined;
  /** Undefined while the server does not run. */
  readonly pid: number | undefined;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. Resolves when the process stands still. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /**
   * Crashes the server if it runs (SIGKILL) and starts it again on the same address; resolves when
   * it is ready.
   */
  restart(options: RestartOptions): Promise<void>;
  /** Ends the server for good and removes its data. May be called again. */
  stop(): Promise<void>;
}
