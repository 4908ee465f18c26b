import type { Host } from "../world/host.ts";
import type { Access, Backend, BackendParts } from "./backend.ts";
import { calm } from "./calm-delay.ts";
import { RemoteProvider } from "./remote-provider.ts";
import { RemoteServer } from "./remote-server.ts";
import type { Scenario } from "./scenario.ts";

/** The memory provider on a machine of its own. */
export class RemoteBackend implements Backend {
  readonly servers: readonly RemoteServer[];
  readonly sharedHost: undefined;
  readonly #scenario: Scenario;

  constructor({ world, scenario, auditor }: BackendParts) {
    this.#scenario = scenario;
    this.servers = [new RemoteServer("s1", world, auditor)];
  }

  access(host: Host): Access {
    const [server] = this.servers as [RemoteServer];
    const { commandTimeoutMs: timeoutMs, ttlMsMax } = this.#scenario;
    const delay = calm(this.#scenario);
    const provider = new RemoteProvider({ host, server, delay, timeoutMs, ttlMsMax });
    return { provider, disconnect: () => undefined };
  }
}
