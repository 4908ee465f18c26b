import {
  ensureServers,
  type PostgresServer,
  startPgBouncer,
  startPostgres,
  until,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgres } from "../src/index.ts";
import { advisoryLocks } from "./harness.ts";
import { faultOf, giveBack, providerOf, request, take, waiting } from "./requests.ts";

const [pooler] = await ensureServers(["pgbouncer"]);

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ tls: true });
});

afterAll(async () => {
  await server.stop();
});

describe("a standby", () => {
  test("G-04 is refused; promoted it grants, with larger tokens of its own timeline", async () => {
    await using standby = await startPostgres({ standbyOf: server });
    await using primary = providerOf(server);
    const before = await take(primary, request("moved"));
    await using early = providerOf(standby);
    const error = await faultOf(early.tryAcquire(request("moved")));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", outcome: "not-applied" });
    expect(error.message).toContain("standby");
    expect((await early.doctor())[0]?.what).toContain("standby");
    expect(await primary.doctor()).toContainEqual(
      expect.objectContaining({ what: expect.stringContaining("standbys") }),
    );
    await standby.promote();
    const after = await take(early, request("moved"));
    expect(after.fencingToken).toBeGreaterThan(before.fencingToken ?? 0n);
    expect((after.fencingToken ?? 0n) >> 48n).toBe(2n);
    // The one that was left behind goes on granting, with smaller tokens.
    await giveBack(primary, before);
    const behind = await take(primary, request("moved"));
    expect(behind.fencingToken).toBeLessThan(after.fencingToken ?? 0n);
  });
});

describe.runIf(pooler?.available)("a pooler", () => {
  test("that shares sessions is refused, and so is one that nobody told of", async () => {
    for (const poolMode of ["transaction", "session"] as const) {
      await using bouncer = await startPgBouncer({ server, poolMode });
      await using provider = providerOf(bouncer);
      const error = await faultOf(provider.tryAcquire(request("pooled")));
      expect(error).toMatchObject({ code: "CONFIG_INVALID", outcome: "not-applied" });
      expect(error.message).toContain('pooling: "session"');
      expect((await provider.doctor())[0]?.what).toContain("pooler");
    }
    expect(await advisoryLocks(server)).toEqual([]);
  });

  test("in session mode serves locks, waits and their ends", async () => {
    await using bouncer = await startPgBouncer({ server, poolMode: "session" });
    await using provider = providerOf(bouncer, { pooling: "session" });
    await using direct = providerOf(server);
    const held = await take(provider, request("pooled"));
    expect(await direct.tryAcquire(request("pooled"))).toMatchObject({ granted: false });
    const [asked, controller] = waiting("pooled");
    const aborted = faultOf(provider.enqueue(asked));
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    controller.abort();
    expect((await aborted).code).toBe("ABORTED");
    await until("it left", async () => (await advisoryLocks(server)).length === 1);
    const [again] = waiting("pooled");
    const waited = provider.enqueue(again);
    await until("it waits", async () => (await advisoryLocks(server)).length === 2);
    expect(await giveBack(provider, held)).toBe("released");
    expect(await giveBack(provider, await waited)).toBe("released");
    expect(await advisoryLocks(server)).toEqual([]);
  });
});

describe("TLS", () => {
  const isEncrypted = async (): Promise<readonly unknown[]> => {
    const text =
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'holdfast'";
    return (await server.query(text)).map(({ ssl }) => ssl);
  };

  test("is used with the certificate that it is given, by url and by parts", async () => {
    const { host, port, ca } = server;
    const forms = [
      { url: server.url, tls: { ca } },
      { connection: { host, port, user: "postgres", ssl: { ca } } },
    ];
    for (const form of forms) {
      await using provider = postgres(form);
      await take(provider, request("secret"));
      expect(await isEncrypted()).toEqual([true]);
      await provider[Symbol.asyncDispose]();
      await until("it left", async () => (await isEncrypted()).length === 0);
    }
  });

  test("with a certificate that nobody vouches for is refused, and nothing is sent", async () => {
    await using provider = postgres({ url: server.url, tls: {} });
    const error = await faultOf(provider.tryAcquire(request("secret")));
    expect(error).toMatchObject({ outcome: "not-applied" });
    expect(await isEncrypted()).toEqual([]);
  });
});
