import { Redis } from "ioredis";
import { createClient } from "redis";
import type { RedlockClientsOptions } from "../src/index.ts";

/** A client as a user of some driver would make it, and how to end it. */
interface DriverClient extends AsyncDisposable {
  readonly client: RedlockClientsOptions["clients"][number];
}

export interface Driver {
  readonly name: "ioredis" | "redis";
  open(place: { readonly host: string; readonly port: number }): DriverClient;
}

export const ioredis: Driver = {
  name: "ioredis",
  open({ host, port }) {
    const client = new Redis({ host, port });
    client.on("error", () => {});
    return { client, [Symbol.asyncDispose]: async () => client.disconnect() };
  },
};

export const nodeRedis: Driver = {
  name: "redis",
  open({ host, port }) {
    const client = createClient({ socket: { host, port, reconnectStrategy: 20 } });
    client.on("error", () => {});
    client.connect().catch(() => {});
    return {
      client,
      [Symbol.asyncDispose]: async () => {
        if (client.isOpen) client.destroy();
      },
    };
  },
};
