import type { LockProvider } from "@holdfast/core";
import { redis } from "@holdfast/redis";
import { SimulatedClient } from "../redis/simulated-client.ts";
import type { Host } from "../world/host.ts";
import type { Access, Backend, BackendParts } from "./backend.ts";
import { calm } from "./calm-delay.ts";
import { accessToQuorum } from "./quorum-access.ts";
import { RedisServer } from "./redis-server.ts";

/** One Redis server, or a quorum of several, used through the adapter that is published. */
export class RedisBackend implements Backend {
  readonly servers: readonly RedisServer[];
  readonly sharedHost: undefined;
  readonly #parts: BackendParts;

  constructor(parts: BackendParts) {
    this.#parts = parts;
    const { memberCount } = parts.scenario;
    this.servers = Array.from(
      { length: memberCount },
      (_, index) => new RedisServer(`s${index + 1}`, parts),
    );
  }

  access(host: Host): Access {
    const clients = this.servers.map((server) => this.#connect(host, server));
    const disconnect = (): void => {
      for (const client of clients) client.disconnect();
    };
    const providers = clients.map((client, index) => this.#provider(host, client, index));
    const [only, ...more] = providers;
    const [server] = this.servers;
    if (only === undefined || server === undefined) throw new RangeError("no server");
    if (more.length > 0) {
      const provider = accessToQuorum(host, { ...this.#parts, servers: this.servers, providers });
      return { provider, disconnect };
    }
    return {
      provider: server.auditor.watch(this.#parts.sabotage.provider?.(only, 0) ?? only),
      disconnect,
    };
  }

  #connect(host: Host, server: RedisServer): SimulatedClient {
    const { scenario } = this.#parts;
    const { resend, offlineQueue } = scenario;
    const wire = server.wire(host, calm(scenario));
    return new SimulatedClient({ wire, clock: host.clock, resend, offlineQueue });
  }

  #provider(host: Host, client: SimulatedClient, index: number): LockProvider {
    const { world, scenario } = this.#parts;
    const { commandTimeoutMs, ttlMsMax } = scenario;
    const random = world.random(`driver ${index} of ${host.name}`);
    return redis({ client, clock: host.clock, random, commandTimeoutMs, ttlMsMax });
  }
}
