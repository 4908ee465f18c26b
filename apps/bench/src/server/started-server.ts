import { type LaunchedServer, processTree } from "@holdfast/test-servers";
import type { CorePinning } from "./core-pinning.ts";
import { processCpuUs } from "./process-cpu.ts";
import type { ServerFault } from "./server-under-test.ts";

/** What is the same for servers of every kind: the core they run on, their faults, their CPU. */
export class StartedServer {
  readonly #server: LaunchedServer;
  readonly #pinning: CorePinning;
  #pinned: boolean;
  #fault: ServerFault | undefined;

  constructor(server: LaunchedServer, pinning: CorePinning) {
    this.#server = server;
    this.#pinning = pinning;
    this.#pinned = this.#pin();
  }

  /** Whether it shares the clients' core. A container's process is not ours to pin. */
  get pinned(): boolean {
    return this.#pinned;
  }

  /** Processor time of all its processes; undefined where this machine cannot see them. */
  get cpuUs(): number | undefined {
    const { source, pid } = this.#server;
    return source === "local" && pid !== undefined ? processCpuUs(pid) : undefined;
  }

  /** Ends the process without a word, or stops it with its connections open. */
  async fail(fault: ServerFault): Promise<void> {
    this.#fault = fault;
    await (fault === "killed" ? this.#server.kill() : this.#server.pause());
  }

  /** Undoes `fail`, and says what had been done. One that was killed comes back empty. */
  async heal(): Promise<ServerFault | undefined> {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === "hung") await this.#server.resume();
    if (fault === "killed") {
      await this.#server.restart({ keepData: false });
      this.#pinned = this.#pin();
    }
    return fault;
  }

  #pin(): boolean {
    const { source, pid } = this.#server;
    if (source !== "local" || pid === undefined) return false;
    return processTree(pid).every((one) => this.#pinning.pin(one));
  }
}
