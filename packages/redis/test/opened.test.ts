import { type AddressInfo, createServer, type Socket } from "node:net";
import type { LockError } from "@holdfast/core";
import {
  ensureServers,
  type RedisServer,
  serverCapabilities,
  startFaultProxy,
  startRedis,
  until,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisDriver, redis } from "../src/index.ts";
import { faultOf, giveBack, request, take } from "./requests.ts";

const CANARY = "canary-Pa55:w/rd";
const drivers: readonly RedisDriver[] = ["ioredis", "redis"];

/** A container shares no folder with us, so its servers have no Unix socket. */
const [source] = await ensureServers(["redis"]);
const unixSocket = source?.available === true && serverCapabilities(source.source).unixSocket;

let plain: RedisServer;

beforeAll(async () => {
  plain = await startRedis({
    unixSocket,
    users: [{ name: "locks", password: CANARY, rules: "~holdfast:* &holdfast:* +@all" }],
  });
});

afterAll(async () => {
  await plain.stop();
});

/** One whole cycle through a provider opened from a URL. */
async function cycle(url: string, options: { driver: RedisDriver; tls?: object }): Promise<void> {
  const provider = redis({ url, ...options });
  const grant = await take(provider, request("a"));
  expect(await provider.inspect("a")).toMatchObject({ held: true });
  expect(await giveBack(provider, grant)).toBe("released");
  await provider[Symbol.asyncDispose]();
}

describe.each(drivers)("a client opened from a URL by %s", (driver) => {
  test("plain TCP, with a database number", async () => {
    const provider = redis({ url: `${plain.url}/3`, driver });
    const grant = await take(provider, request("a"));
    const raw = await plain.connect();
    await raw.command("SELECT", 3);
    expect(await raw.command("EXISTS", "holdfast:{a}")).toBe(1);
    await giveBack(provider, grant);
    raw.close();
    await provider[Symbol.asyncDispose]();
  });

  const overSocket = unixSocket ? "" : " (skipped: this source of servers has none)";
  test.runIf(unixSocket)(`a Unix socket, with a database number${overSocket}`, async () => {
    await cycle(`redis+unix://${plain.socketPath}?db=2`, { driver });
  });

  test("a user of the access control list, whose password is percent-encoded", async () => {
    const login = `locks:${encodeURIComponent(CANARY)}`;
    await cycle(`redis://${login}@${plain.host}:${plain.port}`, { driver });
  });

  test("TLS with a password; an authority that is not trusted is a fault, not a crash", async () => {
    await using server = await startRedis({ tls: true, password: CANARY });
    await cycle(server.url, { driver, tls: { ca: server.ca } });
    const distrusting = redis({ url: server.url, driver });
    const error = await faultOf(distrusting.ping());
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
    await distrusting[Symbol.asyncDispose]();
  });

  test("a wrong password is permanent, at once, and in no error", async () => {
    const url = `redis://locks:${CANARY.toUpperCase().replaceAll("/", "")}@${plain.host}:${plain.port}`;
    const provider = redis({ url, driver });
    const error = await faultOf(provider.tryAcquire(request("a")));
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect(everythingIn(error)).not.toMatch(/canary/i);
    await provider[Symbol.asyncDispose]();
  });

  test("nobody listens: unavailable, not applied, and works as soon as somebody does", async () => {
    const server = await startRedis();
    await server.kill();
    const provider = redis({ url: server.url, driver });
    const error = await faultOf(provider.tryAcquire(request("a")));
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
    await server.restart({ keepData: true });
    await until("it is connected", () =>
      provider.ping().then(
        () => true,
        () => false,
      ),
    );
    // What was asked while nobody listened is not done later.
    expect(await server.command("DBSIZE")).toBe(0);
    await provider[Symbol.asyncDispose]();
    await server.stop();
  });

  test("connections killed by the server are made again, and no error event ends the process", async () => {
    const provider = redis({ url: plain.url, driver });
    await provider.ping();
    for (let round = 0; round < 3; round += 1) {
      await plain.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await until("it is connected again", () =>
        provider.ping().then(
          () => true,
          () => false,
        ),
      );
    }
    await provider[Symbol.asyncDispose]();
  });

  test("a connection that stays mute is given up for a new one", async () => {
    await using proxy = await startFaultProxy({ target: plain });
    const url = `redis://${proxy.host}:${proxy.port}`;
    const provider = redis({ url, driver, commandTimeoutMs: 200 });
    await provider.ping();
    proxy.hold("to-client");
    for (let count = 0; count < 3; count += 1) {
      expect(await faultOf(provider.ping())).toMatchObject({ outcome: "unknown" });
    }
    await proxy.heal();
    await until("it is connected anew", () =>
      provider.ping().then(
        () => true,
        () => false,
      ),
    );
    await provider[Symbol.asyncDispose]();
  });

  test("a thousand callers that wait for the connection share its listeners", async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): number => warnings.push(name);
    process.on("warning", onWarning);
    const provider = redis({ url: plain.url, driver, commandTimeoutMs: 5_000 });
    await Promise.all(Array.from({ length: 1_000 }, () => provider.ping()));
    await provider[Symbol.asyncDispose]();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  test("disposing closes the socket, also when it was never used", async () => {
    const before = await clientCount();
    const provider = redis({ url: plain.url, driver });
    await provider.ping();
    expect(await clientCount()).toBe(before + 1);
    await provider[Symbol.asyncDispose]();
    await until("the socket is closed", async () => (await clientCount()) === before);
    const unused = redis({ url: plain.url, driver });
    await unused[Symbol.asyncDispose]();
    expect(await faultOf(unused.ping())).toMatchObject({ code: "PROVIDER_CLOSED" });
  });
});

async function clientCount(): Promise<number> {
  return String(await plain.command("CLIENT", "LIST"))
    .trim()
    .split("\n").length;
}

/** Every string that can be reached from an error: messages, stacks, fields, causes. */
function everythingIn(error: LockError): string {
  const parts: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    for (const key of Object.getOwnPropertyNames(each)) {
      parts.push(String((each as unknown as Record<string, unknown>)[key]));
    }
  }
  return parts.join("\n");
}

test.each(drivers)("G-09 closing ends what waits for a connection, by %s", async (driver) => {
  const dead = createServer((socket) => void connected.push(socket));
  const connected: Socket[] = [];
  await new Promise<void>((resolve) => dead.listen(0, "127.0.0.1", resolve));
  const { port } = dead.address() as AddressInfo;
  // Nobody answers there: without an end the wait is a minute.
  const provider = redis({ url: `redis://127.0.0.1:${port}`, driver, commandTimeoutMs: 60_000 });
  const waiting = faultOf(Promise.resolve(provider.tryAcquire(request("a"))));
  await until("it connects", async () => connected.length > 0);
  await provider[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ code: "PROVIDER_CLOSED", outcome: "not-applied" });
  for (const socket of connected) socket.destroy();
  await new Promise((resolve) => dead.close(resolve));
});
