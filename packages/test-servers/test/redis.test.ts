import { existsSync } from "node:fs";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import {
  type RedisServer,
  serverCapabilities,
  startRedis,
  startRedisMany,
  until,
} from "../src/index.ts";
import { isAlive } from "./is-alive.ts";
import { redisSource } from "./sources.ts";

const hasUnixSocket = redisSource !== undefined && serverCapabilities(redisSource).unixSocket;

async function config(server: RedisServer, name: string): Promise<unknown> {
  const reply = await server.command("CONFIG", "GET", name);
  return (reply as readonly string[])[1];
}

describe.runIf(redisSource)("startRedis", () => {
  test("a server answers at its address and tells its version", async () => {
    await using server = await startRedis();
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    expect(await server.command("PING")).toBe("PONG");
    expect(await server.version()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(server.pid).toBeGreaterThan(1);
  });

  test("a driver connects with the url alone", async () => {
    await using server = await startRedis({ password: "p@ss/word" });
    const driver = new Redis(server.url);
    expect(await driver.set("key", "value")).toBe("OK");
    driver.disconnect();
    expect(await server.command("GET", "key")).toBe("value");
  });

  test("an error reply rejects with the server's words", async () => {
    await using server = await startRedis();
    await server.command("SET", "key", "text");
    await expect(server.command("INCR", "key")).rejects.toThrow(/^ERR value is not an integer/);
  });

  test("by default nothing is written to disk", async () => {
    await using server = await startRedis();
    expect(await config(server, "save")).toBe("");
    expect(await config(server, "appendonly")).toBe("no");
  });

  test.each(["always", "everysec"] as const)(
    "persistence %s sets the fsync policy",
    async (persistence) => {
      await using server = await startRedis({ persistence });
      expect(await config(server, "appendonly")).toBe("yes");
      expect(await config(server, "appendfsync")).toBe(persistence);
    },
  );

  test("databases, memory and further arguments reach the server", async () => {
    await using server = await startRedis({
      databases: 3,
      maxmemory: "8mb",
      maxmemoryPolicy: "allkeys-lru",
      args: ["--timeout", "77"],
    });
    expect(await config(server, "databases")).toBe("3");
    expect(await config(server, "maxmemory")).toBe(String(8 * 1024 * 1024));
    expect(await config(server, "maxmemory-policy")).toBe("allkeys-lru");
    expect(await config(server, "timeout")).toBe("77");
  });

  test("a server with a password refuses commands without it", async () => {
    await using server = await startRedis({ password: "secret" });
    expect(await server.command("PING")).toBe("PONG");
    await using stranger = await server.connect({ password: undefined });
    await expect(stranger.command("PING")).rejects.toThrow(/NOAUTH/);
  });

  test("a user may do what its rules say and nothing else", async () => {
    const user = { name: "app", password: "secret", rules: "~holdfast:* +set +get" };
    await using server = await startRedis({ users: [user] });
    await using client = await server.connect({ username: user.name, password: user.password });
    expect(await client.command("SET", "holdfast:key", "value")).toBe("OK");
    await expect(client.command("SET", "other", "value")).rejects.toThrow(/NOPERM/);
    await expect(client.command("FLUSHALL")).rejects.toThrow(/NOPERM/);
  });

  test("a TLS server is trusted with its own authority and with no other", async () => {
    await using server = await startRedis({ tls: true, password: "secret" });
    await using other = await startRedis({ tls: true });
    expect(server.url).toMatch(/^rediss:/);
    expect(await server.command("PING")).toBe("PONG");
    const driver = new Redis(server.url, { tls: { ca: server.ca } });
    expect(await driver.ping()).toBe("PONG");
    driver.disconnect();
    const stranger = new Redis(server.url, { tls: { ca: other.ca }, retryStrategy: () => null });
    const refused = new Promise((resolve) => stranger.once("error", resolve));
    expect(String(await refused)).toMatch(/self-signed certificate|signature/);
    stranger.disconnect();
  });

  test.runIf(hasUnixSocket)("a server answers on its Unix socket", async () => {
    await using server = await startRedis({ unixSocket: true });
    await using client = await server.connect({ socketPath: server.socketPath });
    expect(await client.command("PING")).toBe("PONG");
    const driver = new Redis(server.socketPath ?? "");
    expect(await driver.ping()).toBe("PONG");
    driver.disconnect();
  });

  test.skipIf(hasUnixSocket)(
    "a Unix socket is refused where there is none (skipped: there is one)",
    async () => {
      await expect(startRedis({ unixSocket: true })).rejects.toThrow(/No Unix socket from source/);
    },
  );

  test("a replica receives what its primary writes, also after the primary restarted", async () => {
    await using primary = await startRedis({ password: "secret" });
    await using replica = await startRedis({ replicaOf: primary, password: "secret" });
    await primary.command("SET", "key", "first");
    expect(await primary.command("WAIT", 1, 5_000)).toBe(1);
    expect(await replica.command("GET", "key")).toBe("first");
    await expect(replica.command("SET", "key", "other")).rejects.toThrow(/READONLY/);
    await primary.restart({ keepData: false });
    await primary.command("SET", "key", "second");
    await until("the replica has followed", async () => {
      return (await replica.command("GET", "key")) === "second";
    });
  });

  test("an argument that the server does not take is told with the server's words", async () => {
    await expect(startRedis({ args: ["--no-such-setting", "1"] })).rejects.toThrow(
      /redis ended while it started:[\s\S]*no-such-setting/,
    );
  });

  test("many servers run independently", async () => {
    const servers = await startRedisMany(3);
    await Promise.all(servers.map((server, index) => server.command("SET", "index", index)));
    const replies = await Promise.all(servers.map((server) => server.command("GET", "index")));
    expect(replies).toEqual(["0", "1", "2"]);
    await Promise.all(servers.map((server) => server.stop()));
  });

  test.each([0, 17, 1.5])("a count of %d servers is refused", async (serverCount) => {
    await expect(startRedisMany(serverCount)).rejects.toThrow(/serverCount is .*, wanted 1 to 16/);
  });
});

describe.runIf(redisSource)("faults of a Redis server", () => {
  test("a killed server resets its clients and refuses new ones until it is restarted", async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    await client.command("PING");
    await server.kill();
    expect(server.pid).toBeUndefined();
    await expect(client.command("PING")).rejects.toThrow();
    await expect(server.command("PING")).rejects.toThrow();
    await server.restart({ keepData: true });
    expect(await server.command("PING")).toBe("PONG");
  });

  test("a paused server answers nothing and answers the command in flight once resumed", async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    await client.command("PING");
    await server.pause();
    let isAnswered = false;
    const inFlight = client.command("SET", "key", "value").finally(() => {
      isAnswered = true;
    });
    await using impatient = await server.connect({ timeoutMs: 300 });
    await expect(impatient.command("PING")).rejects.toThrow(/No reply to PING within 300 ms/);
    expect(isAnswered).toBe(false);
    await server.resume();
    expect(await inFlight).toBe("OK");
    expect(await server.command("GET", "key")).toBe("value");
  });

  test("a paused server can be killed and stopped", async () => {
    const server = await startRedis();
    await server.pause();
    await server.kill();
    await server.restart({ keepData: false });
    await server.pause();
    await server.stop();
    expect(server.pid).toBeUndefined();
  });

  test("a restart with its data keeps what was acknowledged, on the same address", async () => {
    await using server = await startRedis({ persistence: "always" });
    const { url, pid } = server;
    await server.command("SET", "key", "value");
    await server.restart({ keepData: true });
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await server.command("GET", "key")).toBe("value");
  });

  test("a restart without its data forgets everything but its users", async () => {
    const user = { name: "app", password: "secret" };
    await using server = await startRedis({ persistence: "always", users: [user] });
    await server.command("SET", "key", "value");
    await server.restart({ keepData: false });
    expect(await server.command("EXISTS", "key")).toBe(0);
    await using client = await server.connect({ username: user.name, password: user.password });
    expect(await client.command("PING")).toBe("PONG");
  });

  test("a restart of a server that writes nothing forgets everything", async () => {
    await using server = await startRedis();
    await server.command("SET", "key", "value");
    await server.restart({ keepData: true });
    expect(await server.command("EXISTS", "key")).toBe(0);
  });

  test("a stopped server leaves no process and no data, and stays stopped", async () => {
    const server = await startRedis({ persistence: "always" });
    const { pid, dataDir } = server;
    await server.stop();
    if (dataDir !== undefined) {
      expect(isAlive(pid)).toBe(false);
      expect(existsSync(dataDir)).toBe(false);
    }
    await server.stop();
    await expect(server.restart({ keepData: true })).rejects.toThrow(/stopped for good/);
    await expect(server.command("PING")).rejects.toThrow();
  });
});
