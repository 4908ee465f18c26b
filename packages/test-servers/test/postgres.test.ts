import { existsSync, readFileSync } from "node:fs";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { startFaultProxy, startPostgres, until } from "../src/index.ts";
import { isAlive } from "./is-alive.ts";
import { postgresSource } from "./sources.ts";

const SHARED_MEMORY_LIST = "/proc/sysvipc/shm";

/** The processes that made the System V shared memory of this machine, where it lists that. */
function sharedMemoryMakers(): readonly number[] {
  if (!existsSync(SHARED_MEMORY_LIST)) return [];
  const [, ...rows] = readFileSync(SHARED_MEMORY_LIST, "utf8").trim().split("\n");
  return rows.map((row) => Number(row.trim().split(/\s+/)[4]));
}

describe.runIf(postgresSource)("startPostgres", () => {
  test("a server answers at its address and tells its version", async () => {
    await using server = await startPostgres();
    expect(server.url).toBe(`postgres://postgres@127.0.0.1:${server.port}/postgres`);
    expect(await server.query("SELECT $1::int AS number", [7])).toEqual([{ number: 7 }]);
    expect(await server.version()).toMatch(/^\d+\.\d+$/);
    expect(server.pid).toBeGreaterThan(1);
  });

  test("a driver connects with the url alone, and may do everything", async () => {
    await using server = await startPostgres();
    const driver = new pg.Client({ connectionString: server.url });
    await driver.connect();
    await driver.query("CREATE ROLE app LOGIN");
    await driver.end();
    const [row] = await server.query("SELECT count(*) FROM pg_roles WHERE rolname = 'app'");
    expect(row).toEqual({ count: "1" });
  });

  test("settings reach the server, and fsync is off unless one says otherwise", async () => {
    await using fast = await startPostgres({ settings: { max_connections: "17" } });
    expect(await fast.query("SHOW max_connections")).toEqual([{ max_connections: "17" }]);
    expect(await fast.query("SHOW fsync")).toEqual([{ fsync: "off" }]);
    await using durable = await startPostgres({ settings: { fsync: "on" } });
    expect(await durable.query("SHOW fsync")).toEqual([{ fsync: "on" }]);
  });

  test("a setting that the server does not take is told with the server's words", async () => {
    await expect(startPostgres({ settings: { no_such_setting: "1" } })).rejects.toThrow(
      /postgres ended while it started:[\s\S]*no_such_setting/,
    );
  });

  test("a statement that fails rejects with the server's words", async () => {
    await using server = await startPostgres();
    await expect(server.query("SELECT 1 / 0")).rejects.toThrow("division by zero");
  });
});

describe.runIf(postgresSource)("faults of a Postgres server", () => {
  test("a killed server ends its sessions, and a restart keeps what was committed", async () => {
    await using server = await startPostgres();
    const { url, pid } = server;
    const client = await server.connect();
    await client.query("CREATE TABLE kept AS SELECT 1 AS number");
    await client.query("SELECT pg_advisory_lock(1)");
    await server.kill();
    expect(server.pid).toBeUndefined();
    await expect(client.query("SELECT 1")).rejects.toThrow();
    await expect(server.query("SELECT 1")).rejects.toThrow();
    await server.restart({ keepData: true });
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await server.query("SELECT number FROM kept")).toEqual([{ number: 1 }]);
    // The lock went with its session.
    expect(await server.query("SELECT pg_try_advisory_lock(1) AS free")).toEqual([{ free: true }]);
  });

  test("a session that is at work does not outlive a kill", async () => {
    await using server = await startPostgres();
    const client = await server.connect();
    const slow = client.query("SELECT pg_sleep(600)");
    const settled = expect(slow).rejects.toThrow();
    await until("it sleeps", async () => {
      const rows = await server.query(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
      );
      return rows.length === 1;
    });
    await server.kill();
    await settled;
    await server.restart({ keepData: true });
  });

  test("a paused server answers nothing, in sessions old and new, until it is resumed", async () => {
    await using server = await startPostgres();
    const client = await server.connect();
    const impatient = await server.connect(300);
    await server.pause();
    await expect(impatient.query("SELECT 1")).rejects.toThrow(/timeout/i);
    await expect(server.connect(300)).rejects.toThrow(/timeout/i);
    const inFlight = client.query("SELECT 2 AS number");
    await server.resume();
    expect((await inFlight).rows).toEqual([{ number: 2 }]);
    await Promise.all([client.end(), impatient.end()]);
  });

  test("a restart without its data forgets everything", async () => {
    await using server = await startPostgres();
    await server.query("CREATE TABLE gone ()");
    await server.restart({ keepData: false });
    await expect(server.query("SELECT * FROM gone")).rejects.toThrow(/does not exist/);
  });

  test("a reply can be held by a proxy in front of it", async () => {
    await using server = await startPostgres();
    await using proxy = await startFaultProxy({ target: server });
    const client = new pg.Client({ connectionString: server.url, port: proxy.port });
    await client.connect();
    proxy.hold("to-client");
    const held = client.query("CREATE TABLE done ()");
    await until("the server has done it", async () => {
      return (await server.query("SELECT to_regclass('done') AS name"))[0]?.["name"] === "done";
    });
    proxy.deliver("to-client");
    await held;
    await client.end();
  });

  test("a stopped server leaves no process, no data and no shared memory", async () => {
    const server = await startPostgres();
    const { pid, dataDir } = server;
    if (dataDir !== undefined && existsSync(SHARED_MEMORY_LIST)) {
      expect(sharedMemoryMakers()).toContain(pid);
    }
    await server.pause();
    await server.stop();
    if (dataDir !== undefined) {
      expect(isAlive(pid)).toBe(false);
      expect(sharedMemoryMakers()).not.toContain(pid);
      expect(existsSync(dataDir)).toBe(false);
    }
    await server.stop();
    await expect(server.restart({ keepData: true })).rejects.toThrow(/stopped for good/);
  });
});
