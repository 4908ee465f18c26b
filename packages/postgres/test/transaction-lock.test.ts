import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTransactionLock } from "../src/index.ts";
import { advisoryLocks } from "./harness.ts";
import { faultOf, giveBack, providerOf, request, take } from "./requests.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query("CREATE TABLE counter AS SELECT 0 AS value");
});

afterAll(async () => {
  await server.stop();
});

test("locks end with the transaction: a counter loses no update", async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => server.connect()));
  const count = async (client: (typeof clients)[number]): Promise<void> => {
    for (let round = 0; round < 10; round += 1) {
      await client.query("BEGIN");
      await withTransactionLock(client, "counter", async () => {
        const { rows } = await client.query("SELECT value FROM counter");
        await client.query("UPDATE counter SET value = $1", [Number(rows[0]?.value) + 1]);
      });
      await client.query("COMMIT");
    }
  };
  await Promise.all(clients.map(count));
  expect(await server.query("SELECT value FROM counter")).toEqual([{ value: 40 }]);
  expect(await advisoryLocks(server)).toEqual([]);
  await Promise.all(clients.map((client) => client.end()));
});

test("several names are taken in one order, whatever order they are given in", async () => {
  const clients = await Promise.all([server.connect(), server.connect()]);
  const orders = [
    ["x", "y", "z"],
    ["z", "y", "x", "x"],
  ];
  const run = async (client: (typeof clients)[number], names: string[]): Promise<void> => {
    for (let round = 0; round < 25; round += 1) {
      await client.query("BEGIN");
      await withTransactionLock(client, names, () => client.query("SELECT 1"));
      await client.query("COMMIT");
    }
  };
  await Promise.all(clients.map((client, index) => run(client, orders[index] ?? [])));
  await Promise.all(clients.map((client) => client.end()));
});

test("they exclude leases and are excluded by them, with the same prefix", async () => {
  await using provider = providerOf(server);
  const client = await server.connect();
  await client.query("BEGIN");
  await withTransactionLock(client, "shared", async () => {
    expect(await provider.tryAcquire(request("shared"))).toMatchObject({ granted: false });
  });
  await client.query("ROLLBACK");
  const held = await take(provider, request("shared"));
  await client.query("BEGIN");
  let isDone = false;
  const waiting = withTransactionLock(client, "shared", () => {
    isDone = true;
  });
  await until("it waits", async () => (await advisoryLocks(server)).length === 2);
  await withTransactionLockOfAnotherPrefix(server);
  expect(isDone).toBe(false);
  await giveBack(provider, held);
  await waiting;
  expect(isDone).toBe(true);
  await client.query("COMMIT");
  await client.end();
});

async function withTransactionLockOfAnotherPrefix(of: PostgresServer): Promise<void> {
  const client = await of.connect();
  await client.query("BEGIN");
  await withTransactionLock(client, { prefix: "other:", names: ["shared"] }, () => undefined);
  await client.query("COMMIT");
  await client.end();
}

test("outside of a transaction it is refused, and work is not begun", async () => {
  const client = await server.connect();
  let isBegun = false;
  const error = await faultOf(
    withTransactionLock(client, "a", () => {
      isBegun = true;
    }),
  );
  expect(error).toMatchObject({ code: "CONFIG_INVALID", outcome: "not-applied" });
  expect(isBegun).toBe(false);
  await client.end();
});

test("lock_timeout ends the waiting; work's own error is its own", async () => {
  await using provider = providerOf(server);
  await take(provider, request("a"));
  const client = await server.connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL lock_timeout = 50");
  expect(await faultOf(withTransactionLock(client, "a", () => 1))).toMatchObject({
    code: "WAIT_TIMEOUT",
  });
  await client.query("ROLLBACK");
  await client.query("BEGIN");
  const failing = withTransactionLock(client, "b", () => {
    throw new RangeError("of the work");
  });
  await expect(failing).rejects.toThrow(RangeError);
  await client.query("ROLLBACK");
  await client.end();
});

test.each([
  ["no names", []],
  ["an empty name", [""]],
  ["too many", Array.from({ length: 1_001 }, (_, index) => String(index))],
])("%s are a TypeError", async (_title, names) => {
  const client = { query: () => Promise.reject(new Error("nothing is sent")) };
  await expect(withTransactionLock(client, names, () => 1)).rejects.toThrow(TypeError);
});
