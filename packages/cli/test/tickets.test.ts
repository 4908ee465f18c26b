import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ConnectedLocks, connectLocks } from "@holdfast/config";
import {
  type EtcdServer,
  type RedisServer,
  startEtcd,
  startRedis,
  until,
} from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { holdfast, shell } from "./holdfast.ts";

const folder = mkdtempSync(path.join(tmpdir(), "holdfast-tickets-"));
const servers: (RedisServer | EtcdServer)[] = [];
const urls: Record<string, string> = {};
let locks: ConnectedLocks;

beforeAll(async () => {
  const [redis, etcd] = await Promise.all([startRedis(), startEtcd()]);
  servers.push(redis, etcd);
  urls["redis"] = `${redis.url}?commandTimeoutMs=10000&unavailableMs=20000`;
  urls["etcd"] = `etcd://${etcd.host}:${etcd.port}?commandTimeoutMs=10000&unavailableMs=20000`;
  locks = await connectLocks(urls["redis"]);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await locks?.close();
  await Promise.all(servers.map((server) => server.stop()));
});

let fileCount = 0;
function newFile(): string {
  fileCount += 1;
  return path.join(folder, `ticket-${fileCount}`);
}

describe.each(["redis", "etcd"])("over %s", (name) => {
  test("a script takes a lock, prolongs it and gives it back by its ticket", async () => {
    const url = urls[name] ?? "";
    const ticket = newFile();
    const acquired = await holdfast(
      ["acquire", "job", "--ttl", "60s", "--ticket", ticket, "--json"],
      { url },
    );
    expect(acquired).toMatchObject({ code: 0, stderr: "" });
    const told = JSON.parse(acquired.stdout);
    expect(told).toMatchObject({ name: "job", fencingToken: expect.stringMatching(/^\d+$/) });
    expect(statSync(ticket).mode & 0o777).toBe(0o600);
    const refused = await holdfast(["acquire", "job", "--no-wait", "--ticket", newFile()], { url });
    expect(refused.code).toBe(75);
    const renewed = await holdfast(["renew", "--ticket", ticket, "--json"], { url });
    expect(renewed.code).toBe(0);
    expect(JSON.parse(renewed.stdout).validForMs).toBeGreaterThan(20_000);
    expect(await holdfast(["release", "--ticket", ticket], { url })).toEqual({
      ...{ code: 0, signal: null, stdout: "", stderr: "" },
    });
    expect(existsSync(ticket)).toBe(false);
    expect((await holdfast(["run", "job", "--no-wait", "--", "true"], { url })).code).toBe(0);
  });
});

describe("a ticket", () => {
  const url = () => urls["redis"] ?? "";

  test("G-01 of a lock that was waited for lasts for its ttl", async () => {
    const before = await locks.acquire("queued");
    const waiting = holdfast(
      ["acquire", "queued", "--ttl", "60s", "--wait", "60s", "--ticket", newFile()],
      { url: url() },
    );
    await until("it waits in line", async () => (await locks.inspect("queued")).waiters === 1);
    await before.release();
    expect((await waiting).code).toBe(0);
    expect((await locks.inspect("queued")).remainingMs).toBeGreaterThan(20_000);
  });

  const acquire = (name: string, ticket: string) =>
    holdfast(["acquire", name, "--ttl", "60s", "--ticket", ticket], { url: url() });

  test("travels by file descriptors, and prints the token alone", async () => {
    const file = newFile();
    const script = `holdfast acquire fd --ttl 60s --ticket-fd 3 3>${file} &&
holdfast renew --ticket-fd 3 3<${file} && holdfast release --ticket-fd 3 3<${file}`;
    const { code, stdout, stderr } = await shell(script, { url: url() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\d+\n$/);
  });

  test("of a lock that was lost is 76, and goes", async () => {
    const ticket = newFile();
    await acquire("lost", ticket);
    await locks.breakLock("lost", { any: true });
    expect((await holdfast(["renew", "--ticket", ticket], { url: url() })).code).toBe(76);
    expect(existsSync(ticket)).toBe(false);
  });

  test("is not written over, and then no lock is taken", async () => {
    const ticket = newFile();
    writeFileSync(ticket, "of another lock");
    const { code, stderr } = await acquire("over", ticket);
    expect(code).toBe(64);
    expect(stderr).toContain("EEXIST");
    expect(readFileSync(ticket, "utf8")).toBe("of another lock");
    expect((await locks.inspect("over")).held).toBe(false);
  });

  test("that cannot be kept leaves no lock", async () => {
    const { code, stderr } = await acquire("nowhere", path.join(folder, "no", "folder"));
    expect(code).toBe(64);
    expect(stderr).toContain("ENOENT");
    expect((await locks.inspect("nowhere")).held).toBe(false);
  });

  test("of a wait that ended leaves no file", async () => {
    await using lease = await locks.acquire("waited");
    const ticket = newFile();
    const args = ["acquire", lease.name, "--wait", "100ms", "--ticket", ticket];
    expect((await holdfast(args, { url: url() })).code).toBe(75);
    expect(existsSync(ticket)).toBe(false);
  });

  test.each([
    ["is none", "{}", "this is no ticket"],
    ["is no JSON", "secret", "there is no ticket"],
  ])("that %s is refused, and not shown", async (_what, text, words) => {
    const ticket = newFile();
    writeFileSync(ticket, text);
    const { code, stderr } = await holdfast(["release", "--ticket", ticket], { url: url() });
    expect(code).toBe(64);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("secret");
  });

  test("is refused where locks end with their process", async () => {
    const { code, stderr } = await holdfast([
      "acquire",
      "a",
      "--ticket",
      newFile(),
      "--url",
      "memory:",
    ]);
    expect(code).toBe(64);
    expect(stderr).toContain("holdfast run works on it");
  });
});
