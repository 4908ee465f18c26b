import { Redis as Ioredis6 } from "ioredis";
import { Redis as Ioredis5 } from "ioredis5";
import { createClient as createClient6 } from "redis";
import { createClient as createClient4 } from "redis4";
import { createClient as createClient5 } from "redis5";
import type { IoredisClient, NodeRedisClient, RedisClient } from "../src/index.ts";

/** A client of some driver as a user would make it, and how to end it. */
export interface DriverClient extends AsyncDisposable {
  readonly client: RedisClient;
}

/** How a user of that driver connects to a server. `options` are the driver's own. */
export interface Driver {
  readonly name: string;
  /** Its client does not come back from some resets; see the test of that in `behavior.test.ts`. */
  readonly losesItsPlace?: boolean;
  open(place: { host: string; port: number }, options?: object): Promise<DriverClient>;
}

/** What of its own a client of node-redis has for its user; `destroy` since version 5. */
interface UserOfNodeRedis extends NodeRedisClient {
  connect(): Promise<unknown>;
  disconnect(): unknown;
  destroy?(): void;
}

/** The functions given here also show that each driver's own type fits ours, without a cast. */
function ioredisDriver(name: string, make: (options: object) => IoredisClient): Driver {
  return {
    name,
    async open({ host, port }, options = {}) {
      const client = make({ host, port, ...options });
      client.on("error", () => {});
      return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
    },
  };
}

function nodeRedisDriver(name: string, make: (options: object) => UserOfNodeRedis): Driver {
  return {
    name,
    async open({ host, port }, options = {}) {
      const client = make({ socket: { host, port, reconnectStrategy: 20 }, ...options });
      client.on("error", () => {});
      client.connect().catch(() => {});
      const dispose = async (): Promise<void> => {
        // Version 5 throws where there is nothing to destroy.
        if (!client.isOpen) return;
        if (client.destroy !== undefined) client.destroy();
        else await client.disconnect();
      };
      return { client, [Symbol.asyncDispose]: dispose };
    },
  };
}

export const ioredis6: Driver = ioredisDriver("ioredis 6", (options) => new Ioredis6(options));
export const nodeRedis6: Driver = nodeRedisDriver("redis 6", (options) => createClient6(options));

export const nodeRedis5: Driver = {
  ...nodeRedisDriver("redis 5", (options) => createClient5(options)),
  losesItsPlace: true,
};

/** Every driver and version that the README names. */
export const drivers: readonly Driver[] = [
  ioredis6,
  ioredisDriver("ioredis 5", (options) => new Ioredis5(options)),
  nodeRedis6,
  nodeRedis5,
  nodeRedisDriver("redis 4", (options) => createClient4(options)),
];
