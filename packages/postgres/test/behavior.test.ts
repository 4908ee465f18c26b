import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { advisoryLocks } from "./harness.ts";

/** Facts of PostgreSQL that this package leans on. One that fails is a reason to think again. */
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(async () => {
  await server.stop();
});

type Client = Awaited<ReturnType<PostgresServer["connect"]>>;

async function ask(client: Client, text: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await client.query({ text, values, rowMode: "array" });
  return rows[0]?.[0];
}

async function isWaiting(pid: unknown): Promise<boolean> {
  const text = "SELECT FROM pg_locks WHERE pid = $1 AND NOT granted";
  return (await server.query(text, [pid])).length > 0;
}

const TRY = "SELECT pg_try_advisory_lock($1::bigint)";
const UNLOCK = "SELECT pg_advisory_unlock($1::bigint)";
const POSITION = "SELECT (pg_logical_emit_message(true, 'holdfast', '') - '0/0'::pg_lsn)::text";

describe("advisory locks", () => {
  test("are re-entrant within a session and counted", async () => {
    const client = await server.connect();
    const many = "SELECT pg_try_advisory_lock(k) FROM unnest('{5,5,5}'::bigint[]) AS k";
    expect((await client.query({ text: many, rowMode: "array" })).rows).toEqual([
      [true],
      [true],
      [true],
    ]);
    for (const had of [true, true, true, false]) expect(await ask(client, UNLOCK, [5])).toBe(had);
    await client.end();
  });

  test("are refused to a try while somebody waits, so nobody barges", async () => {
    const [holder, waiter, other] = [
      await server.connect(),
      await server.connect(),
      await server.connect(),
    ];
    await ask(holder, TRY, [7]);
    const waiting = ask(waiter, "SELECT pg_advisory_lock(7)");
    const pid = Reflect.get(waiter, "processID");
    await until("it waits", () => isWaiting(pid));
    await ask(holder, UNLOCK, [7]);
    expect(await ask(other, TRY, [7])).toBe(false);
    await waiting;
    await Promise.all([holder.end(), waiter.end(), other.end()]);
  });

  test("taken before an error of their statement stay", async () => {
    const client = await server.connect();
    const text =
      "SELECT CASE WHEN k = 3 THEN pg_try_advisory_lock(1 / (k - 3)) ELSE pg_try_advisory_lock(k) END " +
      "FROM unnest('{1,2,3}'::bigint[]) AS k";
    await expect(client.query(text)).rejects.toThrow(/division by zero/);
    const keys = (await advisoryLocks(server)).map((lock) => lock.split(" ")[0]);
    expect(keys.sort()).toEqual(["1", "2"]);
    await client.end();
  });

  test("are given back by unlock_all without a complaint, whatever there is", async () => {
    const client = await server.connect();
    const notices: string[] = [];
    client.on("notice", ({ message }) => notices.push(String(message)));
    await client.query("SELECT pg_advisory_unlock_all()");
    expect(notices).toEqual([]);
    expect(await ask(client, UNLOCK, [8])).toBe(false);
    expect(notices).toHaveLength(1);
    await client.end();
  });

  test("a cancelled wait is over, and the session goes on", async () => {
    const [holder, waiter] = [await server.connect(), await server.connect()];
    await ask(holder, TRY, [9]);
    const waiting = ask(waiter, "SELECT pg_advisory_lock(9)").catch(({ code }) => code);
    const pid = Reflect.get(waiter, "processID");
    await until("it waits", () => isWaiting(pid));
    await ask(holder, "SELECT pg_cancel_backend($1)", [pid]);
    expect(await waiting).toBe("57014");
    expect(await ask(waiter, "SELECT 1")).toBe(1);
    await Promise.all([holder.end(), waiter.end()]);
  });
});

describe("a session", () => {
  test("that is silent for its idle timeout is ended, and its locks with it", async () => {
    const client = await server.connect();
    const ended = new Promise((resolve) => client.once("error", ({ code }) => resolve(code)));
    await client.query("SET idle_session_timeout = 200");
    const beganMs = performance.now();
    await ask(client, TRY, [10]);
    expect(await ended).toBe("57P05");
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(200);
    expect(await server.query("SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
  });

  test("that runs a statement is not idle", async () => {
    const client = await server.connect();
    await client.query("SET idle_session_timeout = 100");
    await client.query("SELECT pg_sleep(0.4)");
    expect(await ask(client, "SELECT 1")).toBe(1);
    await client.end();
  });

  test("takes an idle timeout that its waiting statement sets before the lock", async () => {
    const client = await server.connect();
    const ended = new Promise((resolve) => client.once("error", ({ code }) => resolve(code)));
    await client.query(
      "SELECT set_config('idle_session_timeout', '100', false), pg_advisory_lock(11)",
    );
    expect(await ended).toBe("57P05");
  });

  test("tells its end when it is terminated, and its lock is free at once", async () => {
    const client = await server.connect();
    const ended = new Promise((resolve) => client.once("error", ({ code }) => resolve(code)));
    await ask(client, TRY, [12]);
    await server.query("SELECT pg_terminate_backend($1)", [Reflect.get(client, "processID")]);
    expect(await ended).toBe("57P01");
    const other = await server.connect();
    await until("it is free", async () => (await ask(other, TRY, [12])) === true);
    await other.end();
  });
});

describe("the position of a message in the write-ahead log", () => {
  test("rises by 64 at least with each, and goes on rising after a kill", async () => {
    let last = 0n;
    for (let round = 0; round < 3; round += 1) {
      const client = await server.connect();
      for (let count = 0; count < 3; count += 1) {
        const position = BigInt(String(await ask(client, POSITION)));
        if (last > 0n) expect(position - last).toBeGreaterThanOrEqual(64n);
        last = position;
      }
      await server.kill();
      await server.restart({ keepData: true });
    }
  });
});
