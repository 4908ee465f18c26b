import { redis } from "@holdfast/redis";
import { SimulatedClient } from "../redis/simulated-client.ts";
import type { Host } from "../world/host.ts";
import type { World } from "../world/world.ts";
import type { Access, Backend, BackendParts } from "./backend.ts";
import { calm } from "./calm-delay.ts";
import { RedisServer } from "./redis-server.ts";
import type { Scenario } from "./scenario.ts";

/** One Redis server, used through the adapter that is published. */
export class RedisBackend implements Backend {
  readonly servers: readonly RedisServer[];
  readonly sharedHost: undefined;
  readonly #world: World;
  readonly #scenario: Scenario;

  constructor({ world, scenario, auditor }: BackendParts) {
    this.#world = world;
    this.#scenario = scenario;
    this.servers = [new RedisServer("s1", world, auditor)];
  }

  access(host: Host): Access {
    const [server] = this.servers as [RedisServer];
    const { resend, offlineQueue, commandTimeoutMs, ttlMsMax } = this.#scenario;
    const { clock } = host;
    const wire = server.wire(host, calm(this.#scenario));
    const client = new SimulatedClient({ wire, clock, resend, offlineQueue });
    const random = this.#world.random(`driver of ${host.name}`);
    const provider = redis({ client, clock, random, commandTimeoutMs, ttlMsMax });
    return { provider, disconnect: () => client.disconnect() };
  }
}
