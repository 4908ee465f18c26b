import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { until } from "@holdfast/test-servers";
import { createClient as createClient6 } from "redis";
import { createClient as createClient4 } from "redis4";
import { createClient as createClient5 } from "redis5";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeRedisEnd } from "../src/node-redis-end.ts";
import type { NodeRedisSubscriber } from "../src/redis-client.ts";

const versions: readonly [string, (options: object) => NodeRedisSubscriber][] = [
  ["4", (options) => createClient4(options)],
  ["5", (options) => createClient5(options)],
  ["6", (options) => createClient6(options)],
];

/** Accepts and never answers, as a server behind a black hole. */
let server: Server;
const sockets: Socket[] = [];

beforeEach(async () => {
  sockets.length = 0;
  server = createServer((socket) => {
    sockets.push(socket.resume());
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  if (!server.listening) return;
  server.close();
  await once(server, "close");
});

/** Takes whatever a client begins with for good, and breaks its connection at the first ping. */
function answerAllButPings(): void {
  server.once("connection", (socket: Socket) => {
    socket.on("data", (bytes) => {
      const text = bytes.toString();
      if (text.includes("\r\nPING\r\n")) socket.destroy();
      else socket.write("+OK\r\n".repeat(text.match(/^\*\d/gm)?.length ?? 0));
    });
  });
}

describe.each(versions)("G-09 a client of node-redis %s", (_version, create) => {
  function open(options: object = {}): {
    readonly client: NodeRedisSubscriber;
    readonly end: () => void;
  } {
    const { port } = server.address() as AddressInfo;
    const socket = { host: "127.0.0.1", port, reconnectStrategy: 10 };
    const client = create({ ...options, socket });
    client.on("error", () => {});
    const end = nodeRedisEnd(client);
    client.connect().catch(() => {});
    return { client, end };
  }

  const allClosed = async (): Promise<boolean> => sockets.every(({ closed }) => closed);

  test("leaves no socket when it is ended while it makes one", async () => {
    const { client, end } = open();
    end();
    await until("the server has seen it", async () => sockets.length > 0);
    await until("its socket is closed", allClosed);
    expect(client.isOpen).toBe(false);
    expect(sockets).toHaveLength(1);
  });

  test("leaves no socket when it is ended while the server says nothing", async () => {
    const { client, end } = open();
    await once(client as never, "connect");
    end();
    await until("the server has seen it", async () => sockets.length > 0);
    await until("its socket is closed", allClosed);
    expect(client.isOpen).toBe(false);
  });

  test("leaves no socket when a ping fails late, while it makes the next one", async () => {
    const { client, end } = open({ pingInterval: 1 });
    answerAllButPings();
    // The ping that the broken connection took with it fails when the next is being made.
    client.on("reconnecting", () => client.on("error", end));
    await until("the server has seen the next", async () => sockets.length > 1);
    await until("its socket is closed", allClosed);
    expect(client.isOpen).toBe(false);
    expect(sockets).toHaveLength(2);
  });

  test("makes no further attempt when it is ended between two", async () => {
    const { client, end } = open();
    await until("the server has seen it", async () => sockets.length > 0);
    sockets[0]?.destroy();
    await once(client as never, "error");
    end();
    expect(client.isOpen).toBe(false);
  });
});
