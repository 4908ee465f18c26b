import { type PostgresServer, startPostgres, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres } from "../src/index.ts";
import { faultOf, providerOf, request, take } from "./requests.ts";

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: "on" } });
  await server.query("CREATE ROLE app LOGIN");
});

afterAll(async () => {
  await server.stop();
});

test("a server with nothing wrong has no findings, for a user without any rights of its own", async () => {
  const { host, port } = server;
  const connection = { host, port, user: "app", database: "postgres" };
  await using provider = postgres({ connection });
  expect(await provider.doctor()).toEqual([]);
  await take(provider, request("a"));
});

test("what costs tokens, locks or connections is named with its remedy", async () => {
  const settings = {
    max_connections: "10",
    max_locks_per_transaction: "10",
    superuser_reserved_connections: "1",
    statement_timeout: "5000",
    synchronous_standby_names: "far",
    synchronous_commit: "local",
  };
  await using poor = await startPostgres({ settings });
  const clients = await Promise.all(Array.from({ length: 7 }, () => poor.connect()));
  const text = "SELECT pg_advisory_lock(k) FROM generate_series(1, 60) AS k";
  await clients[0]?.query(text);
  await using provider = providerOf(poor);
  const findings = await provider.doctor();
  const words = findings.map(({ what }) => what).join("\n");
  for (const part of [/fsync is off/, /standbys/, /lock table/, /connections are in use/]) {
    expect(words).toMatch(part);
  }
  expect(words).toMatch(/statement_timeout is 5000 ms/);
  expect(findings.filter(({ severity }) => severity === "error")).toHaveLength(1);
  await Promise.all(clients.map((client) => client.end()));
});

test("a right that was revoked is named, and its lack is a typed error", async () => {
  const revoke =
    "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) FROM PUBLIC";
  await server.query(revoke);
  const { host, port } = server;
  await using provider = postgres({
    connection: { host, port, user: "app", database: "postgres" },
  });
  const findings = await provider.doctor();
  expect(findings).toHaveLength(1);
  expect(findings[0]?.what).toContain("pg_logical_emit_message");
  const error = await faultOf(provider.tryAcquire(request("b")));
  expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
  expect(error.message).toContain("doctor()");
  await server.query(revoke.replace("REVOKE", "GRANT").replace("FROM", "TO"));
});

test("a wrong user, database or port is a typed error without any of their names", async () => {
  const { host, port } = server;
  const wrong = [
    { host, port, user: "nobody-knows" },
    { host, port, user: "postgres", database: "no-such-database" },
  ];
  for (const connection of wrong) {
    await using provider = postgres({ connection });
    const error = await faultOf(provider.ping());
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect(`${error.message} ${error.cause}`).not.toMatch(/nobody|no-such/);
  }
  await using nowhere = postgres({ connection: { host, port: 1 } });
  expect(await faultOf(nowhere.ping())).toMatchObject({ code: "BACKEND_UNAVAILABLE" });
});

test("too many connections are a passing fault that names the setting", async () => {
  const settings = { max_connections: "5", superuser_reserved_connections: "1" };
  await using small = await startPostgres({ settings });
  const { host, port } = small;
  await small.query("CREATE ROLE app LOGIN");
  const connection = { host, port, user: "app", database: "postgres" };
  const providers = Array.from({ length: 5 }, () => postgres({ connection }));
  const errors = await Promise.all(
    providers.map((provider) =>
      provider.ping().then(
        () => undefined,
        (error: unknown) => error,
      ),
    ),
  );
  expect(errors).toContainEqual(
    expect.objectContaining({
      code: "BACKEND_UNAVAILABLE",
      outcome: "not-applied",
      message: expect.stringContaining("max_connections"),
    }),
  );
  await Promise.all(providers.map((provider) => provider[Symbol.asyncDispose]()));
});

test("timeouts that the role has by default end neither waits nor leases", async () => {
  await server.query("CREATE ROLE hasty LOGIN");
  for (const name of ["statement_timeout", "lock_timeout", "idle_session_timeout"]) {
    await server.query(`ALTER ROLE hasty SET ${name} = 150`);
  }
  const { host, port } = server;
  const connection = { host, port, user: "hasty", database: "postgres" };
  await using holder = postgres({ connection });
  await using waiter = postgres({ connection });
  const held = await take(holder, request("patient"));
  const { signal } = new AbortController();
  const waiting = waiter.enqueue({ ...request("patient"), signal });
  await until("it has waited longer than each of them", async () => {
    const [row] = await server.query(
      "SELECT max(now() - query_start) > interval '450 ms' AS over FROM pg_stat_activity " +
        "WHERE usename = 'hasty' AND wait_event_type = 'Lock'",
    );
    return row?.["over"] === true;
  });
  const { name, holderId, ttlMs } = held;
  expect(await holder.release({ name, holderId, ttlMs, inDoubt: false })).toBe("released");
  expect((await waiting).granted).toBe(true);
});
