import type { LockError } from "@holdfast/core";
import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { afterEach, describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { drivers } from "./drivers.ts";
import { type AnyRedis, faultOf, request } from "./requests.ts";

let server: RedisServer | undefined;

afterEach(async () => {
  await server?.stop();
});

/** Fields and causes of an error, down to the last. */
function everythingIn(error: LockError): string {
  const parts: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    parts.push(each.stack ?? "", JSON.stringify(each));
  }
  return parts.join("\n");
}

describe.each(drivers)("error replies through $name", (driver) => {
  /** What an acquire is refused with, checked to hold no holderId. */
  async function refusedWith(
    prepare: (server: RedisServer, provider: AnyRedis) => Promise<unknown>,
    clientOptions?: object,
  ): Promise<LockError> {
    server = await startRedis({
      args: ["--enable-debug-command", "yes"],
      users: [{ name: "weak", password: "weak", rules: "~other:* +@all" }],
    });
    await using opened = await driver.open(server, clientOptions);
    const provider = redis({ client: opened.client, commandTimeoutMs: 500 });
    await prepare(server, provider);
    const asked = request("a");
    const error = await faultOf(provider.tryAcquire(asked));
    expect(everythingIn(error)).not.toContain(asked.holderId);
    await provider[Symbol.asyncDispose]();
    return error;
  }

  test("READONLY: a replica rejects for good, and nothing was applied", async () => {
    const error = await refusedWith(async (started, provider) => {
      await provider.ping();
      await started.command("REPLICAOF", "127.0.0.1", 1);
    });
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("READONLY");
  });

  test("OOM: rejects for good; a release still frees", async () => {
    let released: string | undefined;
    const error = await refusedWith(async (started, provider) => {
      const held = request("held");
      await provider.tryAcquire(held);
      await started.command("CONFIG", "SET", "maxmemory", "1mb");
      await started.command("CONFIG", "SET", "maxmemory", 1);
      released = await provider.release({ ...held, inDoubt: false });
      expect(await provider.release({ ...request("b"), inDoubt: true })).toBe("absent");
    });
    expect(released).toBe("released");
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("OOM");
  });

  test("NOPERM: rejects for good, without quoting a key or a holder", async () => {
    const error = await refusedWith(async () => {}, { username: "weak", password: "weak" });
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("NOPERM");
  });

  test("NOAUTH: rejects for good where a client has no login", async () => {
    server = await startRedis({ password: "secret" });
    await using opened = await driver.open(server);
    const provider = redis({ client: opened.client });
    const error = await faultOf(provider.tryAcquire(request("a")));
    expect(error).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("NOAUTH");
    await provider[Symbol.asyncDispose]();
  });

  test("BUSY: a long script makes it unavailable, not applied", async () => {
    const error = await refusedWith(async (started, provider) => {
      await provider.ping();
      await started.command("CONFIG", "SET", "busy-reply-threshold", 10);
      const raw = await started.connect();
      raw.command("EVAL", "while true do end", 0).catch(() => {});
      await until("the server is busy", async () => {
        return provider.ping().then(
          () => false,
          (fault: LockError) => (fault.cause as { code?: string }).code === "BUSY",
        );
      });
    });
    await server?.command("SCRIPT", "KILL");
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("BUSY");
  });

  test("LOADING: unavailable, not applied", async () => {
    const error = await refusedWith(async (started, provider) => {
      await provider.ping();
      // 500 keys, each of which takes 5 ms to load.
      await started.command("CONFIG", "SET", "key-load-delay", 5_000);
      await started.command("CONFIG", "SET", "loading-process-events-interval-bytes", 1_024);
      await started.command(
        "EVAL",
        "for i=1,500 do redis.call('SET','x'..i,string.rep('x',1024)) end",
        0,
      );
      started.command("DEBUG", "RELOAD").catch(() => {});
      await until("the server is loading", async () => {
        return provider.tryAcquire(request("probe")).then(
          () => false,
          (fault: LockError) => (fault.cause as { code?: string }).code === "LOADING",
        );
      });
    });
    expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", outcome: "not-applied" });
    expect((error.cause as { code: string }).code).toBe("LOADING");
  });

  test("a key that holds something else is no lock: refused, never overwritten", async () => {
    server = await startRedis();
    await using opened = await driver.open(server);
    const provider = redis({ client: opened.client });
    await server.command("HSET", "holdfast:{a}", "field", "value");
    expect(await provider.tryAcquire(request("a"))).toMatchObject({ granted: false, why: "held" });
    expect(await faultOf(provider.inspect("a"))).toMatchObject({ code: "BACKEND_REJECTED" });
    expect(await server.command("HGET", "holdfast:{a}", "field")).toBe("value");
    await provider[Symbol.asyncDispose]();
  });
});
