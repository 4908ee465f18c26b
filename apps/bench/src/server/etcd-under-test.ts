import { type EtcdServer, startEtcd } from "@holdfast/test-servers";
import type { CorePinning } from "./core-pinning.ts";
import { etcdCallsFrom } from "./etcd-calls.ts";
import type { ServerCount } from "./server-count.ts";
import type { ServerFault, ServerUnderTest } from "./server-under-test.ts";
import { StartedServer } from "./started-server.ts";

/** Starts one etcd; strategies lock on no more. */
export async function startEtcdUnderTest(
  _serverCount: number,
  pinning: CorePinning,
): Promise<readonly ServerUnderTest[]> {
  return [new EtcdUnderTest(await startEtcd(), pinning)];
}

class EtcdUnderTest implements ServerUnderTest {
  readonly backend = "etcd";
  readonly url: string;
  readonly #server: EtcdServer;
  readonly #started: StartedServer;

  constructor(server: EtcdServer, pinning: CorePinning) {
    this.url = server.url;
    this.#server = server;
    this.#started = new StartedServer(server, pinning);
  }

  get pinned(): boolean {
    return this.#started.pinned;
  }

  get countable(): boolean {
    return this.#started.cpuUs !== undefined;
  }

  version(): Promise<string> {
    return this.#server.version();
  }

  async count(): Promise<ServerCount> {
    const cpuUs = this.#started.cpuUs ?? Number.NaN;
    return { calls: etcdCallsFrom(await this.#server.metrics()), cpuUs };
  }

  fail(fault: ServerFault): Promise<void> {
    return this.#started.fail(fault);
  }

  async heal(): Promise<void> {
    await this.#started.heal();
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}
