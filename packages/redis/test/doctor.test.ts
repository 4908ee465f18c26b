import { type RedisServer, startRedis, until } from "@holdfast/test-servers";
import { describe, expect, test } from "vitest";
import { redis } from "../src/index.ts";
import { type Driver, drivers, ioredis6, nodeRedis6 } from "./drivers.ts";

/** What doctor() says of a server, one line a finding. */
async function diagnose(
  server: RedisServer,
  driver: Driver = ioredis6,
  clientOptions?: object,
): Promise<string> {
  await using opened = await driver.open(server, clientOptions);
  const provider = redis({ client: opened.client });
  const findings = await provider.doctor();
  await provider[Symbol.asyncDispose]();
  expect(findings.every(({ remedy }) => remedy.length > 0)).toBe(true);
  return findings.map(({ severity, what }) => `${severity}: ${what}`).join("\n");
}

const SAFE_IOREDIS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

describe("doctor", () => {
  test("says nothing of a durable server through clients with safe options, and writes nothing", async () => {
    await using server = await startRedis({ persistence: "always" });
    expect(await diagnose(server, ioredis6, SAFE_IOREDIS)).toBe("");
    expect(await diagnose(server, nodeRedis6, { disableOfflineQueue: true })).toBe("");
    const provider = redis({ url: server.url });
    expect(await provider.doctor()).toEqual([]);
    await provider[Symbol.asyncDispose]();
    expect(await server.command("DBSIZE")).toBe(0);
  });

  test.each(drivers)("names the unsafe options of a client of $name", async (driver) => {
    await using server = await startRedis();
    const words = await diagnose(server, driver);
    expect(words).toContain("offline queue");
    expect(words.includes("autoResendUnfulfilledCommands")).toBe(driver.name.startsWith("io"));
  });

  test("names ioredis options that resend after errors or change keys", async () => {
    await using server = await startRedis();
    const words = await diagnose(server, ioredis6, {
      ...SAFE_IOREDIS,
      reconnectOnError: () => false,
      keyPrefix: "{x}",
    });
    expect(words).toContain("reconnectOnError");
    expect(words).toContain("error: ioredis puts");
  });

  test("names eviction, missing persistence and a slack fsync", async () => {
    await using evicting = await startRedis({ maxmemoryPolicy: "volatile-ttl" });
    const words = await diagnose(evicting);
    expect(words).toContain("error: maxmemory-policy is volatile-ttl");
    expect(words).toContain("no append-only file");
    await using slack = await startRedis({ persistence: "everysec" });
    expect(await diagnose(slack)).toContain("appendfsync is everysec");
  });

  test("names a replica, a master with replicas, and a cluster", async () => {
    await using master = await startRedis();
    await using replica = await startRedis({ replicaOf: master });
    expect(await diagnose(replica)).toContain("error: the server is a replica");
    expect(await diagnose(master)).toContain("warning: 1 replicas");
    await using clustered = await startRedis({ args: ["--cluster-enabled", "yes"] });
    await clustered.command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
    await until("the cluster is up", async () => {
      return String(await clustered.command("CLUSTER", "INFO")).includes("cluster_state:ok");
    });
    expect(await diagnose(clustered)).toContain("error: the server is a node of a Redis Cluster");
  });

  test.each(drivers)("leaves no connection open but the client of $name", async (driver) => {
    await using server = await startRedis();
    await using opened = await driver.open(server);
    await using provider = redis({ client: opened.client });
    await provider.doctor();
    await until("nobody listens", async () => {
      return ((await server.command("PUBSUB", "CHANNELS")) as unknown[]).length === 0;
    });
    // It is opened again by who waits.
    expect(await provider.ping()).toBeUndefined();
  });

  test.each(["-subscribe", "-publish"])(
    "calls it slow, not broken, where waiters may not %s",
    async (rule) => {
      const rules = `~* &* +@all ${rule}`;
      await using server = await startRedis({ users: [{ name: "weak", password: "weak", rules }] });
      const login = { username: "weak", password: "weak" };
      for (const driver of [ioredis6, nodeRedis6]) {
        const words = await diagnose(server, driver, login);
        expect(words).toContain(
          `warning: the user lacks permissions: ${rule.slice(1).toUpperCase()}`,
        );
      }
    },
  );

  test("names missing permissions, and what it could not look at", async () => {
    const rules = "~other:* resetchannels +@all -info -evalsha";
    await using server = await startRedis({
      users: [{ name: "weak", password: "weak", rules }],
    });
    const login = { username: "weak", password: "weak", enableReadyCheck: false };
    const words = await diagnose(server, ioredis6, login);
    expect(words).toMatch(/error: the user lacks permissions: .*fence.*EVALSHA.*PUBLISH/);
    expect(words).toContain("INFO is not permitted");
  });
});
