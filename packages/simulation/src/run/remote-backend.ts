import type { Host } from "../world/host.ts";
import type { Access, Backend, BackendParts } from "./backend.ts";
import { calm } from "./calm-delay.ts";
import { accessToQuorum } from "./quorum-access.ts";
import { RemoteProvider } from "./remote-provider.ts";
import { RemoteServer } from "./remote-server.ts";

/** The memory provider on a machine of its own, or a quorum of several. */
export class RemoteBackend implements Backend {
  readonly servers: readonly RemoteServer[];
  readonly sharedHost: undefined;
  readonly #parts: BackendParts;

  constructor(parts: BackendParts) {
    this.#parts = parts;
    const { memberCount } = parts.scenario;
    this.servers = Array.from(
      { length: memberCount },
      (_, index) => new RemoteServer(`s${index + 1}`, parts),
    );
  }

  access(host: Host): Access {
    const { scenario, sabotage } = this.#parts;
    const { commandTimeoutMs: timeoutMs, ttlMsMax } = scenario;
    const delay = calm(scenario);
    const providers = this.servers.map(
      (server) => new RemoteProvider({ host, server, delay, timeoutMs, ttlMsMax }),
    );
    const disconnect = (): void => undefined;
    const [only, ...more] = providers;
    const [server] = this.servers;
    if (only === undefined || server === undefined) throw new RangeError("no server");
    if (more.length > 0) {
      const provider = accessToQuorum(host, { ...this.#parts, servers: this.servers, providers });
      return { provider, disconnect };
    }
    return { provider: server.auditor.watch(sabotage.provider?.(only, 0) ?? only), disconnect };
  }
}
