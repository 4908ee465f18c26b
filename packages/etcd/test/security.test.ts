import { type EtcdServer, startEtcd } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { describe, expect, test } from "vitest";
import { etcd } from "../src/index.ts";
import { faultOf, giveBack, request, take } from "./requests.ts";

const PASSWORD = "p4ssw0rd";

function trustOf({ trust }: EtcdServer): { ca: string; cert: string; key: string } {
  if (trust === undefined) throw new Error("no TLS");
  return trust;
}

test("TLS with client certificates", async () => {
  await using server = await startEtcd({ tls: true });
  const { ca, cert, key } = trustOf(server);
  await using provider = etcd({ hosts: server.url, tls: { ca, cert, key } });
  const asked = request("a");
  await take(provider, asked);
  expect((await provider.renew([asked]))[0]).toMatchObject({ status: "renewed" });
  expect(await giveBack(provider, asked)).toBe("released");
});

test("a server that wants a certificate is not available without", async () => {
  await using server = await startEtcd({ tls: true });
  const { ca } = trustOf(server);
  await using provider = etcd({ hosts: server.url, tls: { ca }, commandTimeoutMs: 1_000 });
  expect(await faultOf(provider.tryAcquire(request("a")))).toMatchObject({
    code: "BACKEND_UNAVAILABLE",
  });
});

/** Users `root` and `app`, the latter with a role for everything under `locks/` and nothing else. */
async function withUsers(server: EtcdServer): Promise<void> {
  const driver = new Etcd3({ hosts: server.url });
  const all = { permission: "Readwrite", range: driver.range({ prefix: "locks/" }) } as const;
  const role = await driver.role("locks").create();
  await role.grant(all);
  const app = await driver.user("app").create(PASSWORD);
  await app.addRole("locks");
  const root = await driver.user("root").create(PASSWORD);
  await (await driver.role("root").create()).addUser("root");
  await root.addRole("root");
  await driver.auth.authEnable();
  driver.close();
}

describe("users", () => {
  test("a role that is limited to the prefix is enough, for a queue as well", async () => {
    await using server = await startEtcd();
    await withUsers(server);
    const auth = { username: "app", password: PASSWORD };
    await using provider = etcd({ hosts: server.url, auth, prefix: "locks" });
    expect(await provider.doctor()).toEqual([]);
    const held = request("a");
    await take(provider, held);
    const asked = { ...request("a"), signal: new AbortController().signal };
    const waiting = provider.enqueue(asked);
    expect((await provider.inspect("a")).remainingMs).toBeGreaterThan(0);
    expect((await provider.renew([held]))[0]).toMatchObject({ status: "renewed" });
    expect(await giveBack(provider, held)).toBe("released");
    await waiting;
    expect(await giveBack(provider, asked)).toBe("released");
    const other = { ...request("a", { renewable: false }) };
    await take(provider, other);
    expect(await giveBack(provider, other)).toBe("released");
  });

  test("whoever may not, or is nobody, is rejected for good, and no password is told", async () => {
    await using server = await startEtcd();
    await withUsers(server);
    const hosts = server.url;
    const auth = { username: "app", password: PASSWORD };
    await using outside = etcd({ hosts, auth });
    await using nobody = etcd({ hosts, prefix: "locks" });
    const wrongAuth = { username: "app", password: "wr0ng" };
    await using wrong = etcd({ hosts, prefix: "locks", auth: wrongAuth });
    for (const provider of [outside, nobody, wrong]) {
      const fault = await faultOf(provider.tryAcquire(request("a")));
      expect(fault).toMatchObject({ code: "BACKEND_REJECTED", outcome: "not-applied" });
      expect(`${fault.message} ${fault.cause}`).not.toMatch(/p4ssw0rd|wr0ng/);
    }
    expect(await outside.doctor()).toEqual([
      expect.objectContaining({ severity: "error", remedy: expect.stringContaining("holdfast/") }),
    ]);
  });
});
