import type { ServerBackend } from "../strategy.ts";
import type { ServerCount } from "./server-count.ts";

/** What can be done to a server while it is in use. */
export type ServerFault = "killed" | "hung";

/** One server of a run: fresh, on the core under measurement. */
export interface ServerUnderTest {
  readonly backend: ServerBackend;
  /** What clients connect to. */
  readonly url: string;
  /** Whether it shares the clients' core. A container's process is not ours to pin. */
  readonly pinned: boolean;
  /** Whether {@link count} can be asked: not for processes that this machine does not see. */
  readonly countable: boolean;
  version(): Promise<string>;
  /** What it has done so far for others than the one who asks. */
  count(): Promise<ServerCount>;
  /** Ends the process without a word, or stops it with its connections open. */
  fail(fault: ServerFault): Promise<void>;
  /** Undoes `fail` and resolves when the server answers. One that was killed comes back empty. */
  heal(): Promise<void>;
  /** Ends the sessions that hold locks; resolves with the host time of the order. Absent without sessions. */
  endHolders?(): Promise<number>;
  stop(): Promise<void>;
}
