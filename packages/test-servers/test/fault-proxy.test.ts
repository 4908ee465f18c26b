import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Direction,
  type FaultProxy,
  type RedisServer,
  RespClient,
  startFaultProxy,
  startRedis,
  until,
} from "../src/index.ts";
import { redisSource } from "./sources.ts";

let server: RedisServer;
let proxy: FaultProxy;
let client: RespClient;

function connect(timeoutMs = 5_000): Promise<RespClient> {
  return RespClient.connect({ host: proxy.host, port: proxy.port, timeoutMs });
}

/** How many clients the server has, the one that asks left out. */
async function serverClientCount(): Promise<number> {
  const list = String(await server.command("CLIENT", "LIST"));
  return list.trim().split("\n").length - 1;
}

function isWaiting(direction: Direction): Promise<void> {
  return until(`bytes wait ${direction}`, () => proxy.traffic(direction).waitingBytes > 0);
}

function isLost(direction: Direction): Promise<void> {
  return until(`bytes are lost ${direction}`, () => proxy.traffic(direction).lostBytes > 0);
}

describe.runIf(redisSource)("a fault proxy", () => {
  beforeAll(async () => {
    server = await startRedis();
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    proxy = await startFaultProxy({ target: server });
    client = await connect();
  });

  afterEach(async () => {
    client.close();
    await proxy.close();
    await until("the server has no clients", async () => (await serverClientCount()) === 0);
    await server.command("FLUSHALL");
  });

  test("without faults bytes pass both ways and are counted", async () => {
    const value = "x".repeat(1_000_000);
    expect(await client.command("SET", "big", value)).toBe("OK");
    expect(await client.command("GET", "big")).toBe(value);
    expect(proxy.traffic("to-server").deliveredBytes).toBeGreaterThan(value.length);
    expect(proxy.traffic("to-client").deliveredBytes).toBeGreaterThan(value.length);
    expect(proxy.traffic("to-client")).toMatchObject({ waitingBytes: 0, lostBytes: 0 });
  });

  test("connections counts the clients that are connected", async () => {
    await client.command("PING");
    expect(proxy.connections).toBe(1);
    await using second = await connect();
    await second.command("PING");
    expect(proxy.connections).toBe(2);
    second.close();
    await until("one client is left", () => proxy.connections === 1);
  });

  test("the end of a client's connection passes through to the server", async () => {
    await client.command("PING");
    client.close();
    await until("the server lost its client", async () => (await serverClientCount()) === 0);
  });

  test("the end of the server passes through to the client", async () => {
    await client.command("PING");
    await server.kill();
    await until("the client is disconnected", () => proxy.connections === 0);
    await expect(client.command("PING")).rejects.toThrow();
    await server.restart({ keepData: false });
  });

  test.each<Direction>(["to-server", "to-client"])(
    "a delay %s postpones the reply",
    async (direction) => {
      proxy.delay(direction, 120);
      const startedAtMs = performance.now();
      await client.command("PING");
      expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(120);
    },
  );

  test("commands keep their order when the delay shrinks between them", async () => {
    proxy.delay("to-server", 100);
    const first = client.command("RPUSH", "list", "first");
    await isWaiting("to-server");
    proxy.delay("to-server", 0);
    const second = client.command("RPUSH", "list", "second");
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });

  test("a delay that is not a duration is refused", () => {
    expect(() => proxy.delay("to-server", -1)).toThrow(/delayMs is -1, wanted 0 or more/);
    expect(() => proxy.delay("to-server", Number.NaN)).toThrow(RangeError);
  });

  test("a hold from a text on begins with the packet that contains it, on that connection alone", async () => {
    await using other = await connect();
    proxy.hold("to-server", "wanted");
    expect(await client.command("SET", "key", "before")).toBe("OK");
    const held = client.command("SET", "key", "wanted");
    await isWaiting("to-server");
    const behind = client.command("GET", "key");
    expect(await other.command("GET", "key")).toBe("before");
    proxy.deliver("to-server");
    expect(await Promise.all([held, behind])).toEqual(["OK", "wanted"]);
    expect(await client.command("SET", "key", "wanted")).toBe("OK");
  });

  test("a hold from the same text again begins anew", async () => {
    for (let round = 0; round < 2; round += 1) {
      proxy.hold("to-server", "wanted");
      expect(await client.command("PING")).toBe("PONG");
      const held = client.command("SET", "key", "wanted");
      await isWaiting("to-server");
      proxy.deliver("to-server");
      expect(await held).toBe("OK");
    }
  });

  test("a drop from a text on makes that connection alone deaf, until it heals", async () => {
    await using other = await connect();
    await server.command("SET", "key", "wanted");
    proxy.drop("to-client", "wanted");
    const lost = expect(client.command("GET", "key")).rejects.toThrow();
    await isLost("to-client");
    expect(await other.command("PING")).toBe("PONG");
    await proxy.heal();
    await lost;
    expect(await other.command("GET", "key")).toBe("wanted");
  });

  test("a request dropped to the server never takes effect", async () => {
    proxy.drop("to-server");
    const lost = expect(client.command("SET", "key", "value")).rejects.toThrow();
    await isLost("to-server");
    await proxy.heal();
    await lost;
    expect(await server.command("EXISTS", "key")).toBe(0);
  });

  test("a reply dropped to the client leaves its command in effect", async () => {
    proxy.drop("to-client");
    const lost = expect(client.command("SET", "key", "value")).rejects.toThrow();
    await isLost("to-client");
    expect(await server.command("GET", "key")).toBe("value");
    await proxy.heal();
    await lost;
  });

  test("a connection that lost a reply never gets the reply to a later command", async () => {
    proxy.drop("to-client");
    const lost = client.command("ECHO", "first");
    const first = expect(lost).rejects.toThrow();
    await isLost("to-client");
    const second = expect(client.command("ECHO", "second")).rejects.toThrow();
    await proxy.heal();
    await Promise.all([first, second]);
    await using fresh = await connect();
    expect(await fresh.command("ECHO", "third")).toBe("third");
  });

  test("a black hole keeps connections open on both sides and lets nothing through", async () => {
    await client.command("PING");
    proxy.blackHole();
    await using patient = await connect(200);
    await expect(patient.command("PING")).rejects.toThrow(/No reply to PING within 200 ms/);
    expect(proxy.traffic("to-server").lostBytes).toBeGreaterThan(0);
    expect(await serverClientCount()).toBe(2);
  });

  test("a black hole hides from the server that its client has gone", async () => {
    await client.command("PING");
    proxy.blackHole();
    client.close();
    await until("the client is gone", () => proxy.connections === 0);
    expect(await serverClientCount()).toBe(1);
    await proxy.heal();
    await until("the server lost its client", async () => (await serverClientCount()) === 0);
  });

  test("a reset ends existing connections on both sides and accepts new ones", async () => {
    await client.command("PING");
    const cut = expect(client.command("BLPOP", "nothing", 0)).rejects.toThrow(/ECONNRESET/);
    await until("the command has reached the server", async () =>
      String(await server.command("CLIENT", "LIST")).includes("cmd=blpop"),
    );
    proxy.reset();
    await cut;
    await until("the server lost its client", async () => (await serverClientCount()) === 0);
    await using fresh = await connect();
    expect(await fresh.command("PING")).toBe("PONG");
  });

  test("refusal turns new connections away, keeps existing ones, and ends with heal", async () => {
    await client.command("PING");
    proxy.refuse();
    await expect(connect()).rejects.toThrow(/ECONNREFUSED/);
    expect(await client.command("PING")).toBe("PONG");
    await proxy.heal();
    await using fresh = await connect();
    expect(await fresh.command("PING")).toBe("PONG");
  });

  test("a redirection takes new connections to another server and keeps existing ones", async () => {
    await using other = await startRedis();
    await other.command("SET", "where", "there");
    await server.command("SET", "where", "here");
    proxy.redirect(other);
    await using later = await connect();
    expect(await later.command("GET", "where")).toBe("there");
    expect(await client.command("GET", "where")).toBe("here");
    proxy.redirect(server);
    await using last = await connect();
    expect(await last.command("GET", "where")).toBe("here");
  });

  test("a held command takes effect on delivery", async () => {
    proxy.hold("to-server");
    const late = client.command("SET", "key", "value");
    await isWaiting("to-server");
    expect(await server.command("EXISTS", "key")).toBe(0);
    proxy.deliver("to-server");
    expect(await late).toBe("OK");
    expect(await server.command("GET", "key")).toBe("value");
  });

  test("a held command takes effect even after its client gave up and left", async () => {
    proxy.hold("to-server");
    const given = expect(client.command("SET", "key", "late")).rejects.toThrow(/closed/);
    await isWaiting("to-server");
    client.close();
    await given;
    await until("the client is gone", () => proxy.connections === 0);
    expect(await server.command("EXISTS", "key")).toBe(0);
    proxy.deliver("to-server");
    await until("the late command took effect", async () => {
      return (await server.command("GET", "key")) === "late";
    });
  });

  test("a held reply arrives late and unchanged", async () => {
    proxy.hold("to-client");
    const late = client.command("ECHO", "hello");
    await isWaiting("to-client");
    await proxy.heal();
    expect(await late).toBe("hello");
  });

  test("reading waits when too many bytes are held, and nothing is lost", async () => {
    const value = "x".repeat(4_000_000);
    proxy.hold("to-server");
    const replies = Array.from({ length: 8 }, (_, index) =>
      client.command("SET", `k${index}`, value),
    );
    await until("the bound is reached", () => {
      return proxy.traffic("to-server").waitingBytes >= 16 * 1024 * 1024;
    });
    proxy.deliver("to-server");
    expect(await Promise.all(replies)).toEqual(Array.from({ length: 8 }, () => "OK"));
    expect(await server.command("STRLEN", "k7")).toBe(value.length);
  });

  test("a closed proxy refuses connections and has reset those it had", async () => {
    const cut = expect(client.command("BLPOP", "nothing", 0)).rejects.toThrow();
    await proxy.close();
    await cut;
    expect(proxy.connections).toBe(0);
    await expect(connect()).rejects.toThrow(/ECONNREFUSED/);
  });
});
