import { inspect } from "node:util";
import type { LockError, LockProvider } from "@holdfast/core";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { faultOf, request, take } from "./requests.ts";
import { driverTimersGone, Servers } from "./servers.ts";

let servers: Servers;

afterEach(() => servers.close());
afterAll(driverTimersGone);

describe("G-01 a quorum that cannot be right", () => {
  test("one server under two addresses is refused, naming both", async () => {
    servers = await Servers.start(2);
    const { port } = servers.at(0);
    const urls = [`redis://127.0.0.1:${port}`, `redis://localhost:${port}`, servers.at(1).url];
    const locks = servers.locks({ provider: servers.provider({}, urls) });
    const error = await faultOf(locks.tryAcquire("a"));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", outcome: "not-applied" });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.message).toContain(`localhost:${port}`);
    await servers.nothingStored("a");
  });

  test("clients with another number of members are refused, and the others go on", async () => {
    servers = await Servers.start(5);
    const three = servers.provider({}, servers.urls.slice(0, 3));
    const first = request("a");
    await take(three, first);
    const five = servers.provider();
    const error = await faultOf(Promise.resolve(five.tryAcquire(request("b"))));
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(error.message).toMatch(/configured otherwise/);
    expect(error.message).toMatch(new RegExp(servers.names.slice(0, 3).join("|")));
    expect(await three.release({ ...first, inDoubt: false })).toBe("released");
    await take(three, request("c"));
  });

  test("clients with another ttlMsMax are refused: the guard of one would not cover the other", async () => {
    servers = await Servers.start(3);
    await take(servers.provider(), request("a"));
    const other = servers.provider({ ttlMsMax: 30_000 });
    const error = await faultOf(Promise.resolve(other.tryAcquire(request("b"))));
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("the doctor", () => {
  function examined(provider: LockProvider) {
    return provider.doctor?.() ?? Promise.resolve([]);
  }

  test("examines every member, by its name", async () => {
    servers = await Servers.start(3);
    const findings = await examined(servers.provider());
    for (const name of servers.names) {
      const its = findings.filter(({ what }) => what.startsWith(`${name}: `));
      expect(its.map(({ what }) => what).join()).toMatch(/append-only/);
    }
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("finds nothing where every write is on disk before it is acknowledged", async () => {
    servers = await Servers.start(3, { persistence: "always" });
    expect(await examined(servers.provider())).toEqual([]);
  });

  test("names a member that cannot vote, and goes on with the others", async () => {
    servers = await Servers.start(3, { persistence: "always" });
    await servers.at(1).kill();
    const findings = await examined(servers.provider());
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ severity: "error" });
    expect(findings[0]?.what).toContain(`${servers.names[1]} cannot vote`);
  });

  test("names two members that are one server", async () => {
    servers = await Servers.start(2, { persistence: "always" });
    const { port } = servers.at(0);
    const urls = [`redis://127.0.0.1:${port}`, `redis://localhost:${port}`, servers.at(1).url];
    const findings = await examined(servers.provider({}, urls));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ severity: "error" });
    expect(findings[0]?.what).toContain(
      `127.0.0.1:${port} and localhost:${port} are one and the same server`,
    );
  });
});

describe("a password in a url", () => {
  const PASSWORD = "hunter2/very:secret";
  const WRITTEN = encodeURIComponent(PASSWORD);

  function expectNoPassword(value: unknown): void {
    const shown = inspect(value, { depth: 20, showHidden: true });
    expect(shown).not.toContain(PASSWORD);
    expect(shown).not.toContain(WRITTEN);
    expect(shown).not.toContain("hunter2");
  }

  test("is in no error, vote or finding when members are gone", async () => {
    servers = await Servers.start(3, { password: PASSWORD });
    const provider = servers.provider();
    const locks = servers.locks({ provider });
    expect(await locks.using("a", async () => "done")).toBe("done");
    for (const index of [0, 1]) await servers.at(index).kill();
    const errors: LockError[] = [];
    for (const failing of [
      () => locks.tryAcquire("a"),
      () => locks.acquire("a", { waitMs: 100 }),
      () => locks.ping(),
      () => locks.inspect("a"),
    ]) {
      errors.push(await faultOf(failing()));
    }
    expect(errors.map(({ code }) => code)).toEqual([
      "NO_QUORUM",
      "WAIT_TIMEOUT",
      "NO_QUORUM",
      "NO_QUORUM",
    ]);
    for (const error of errors) expectNoPassword(error);
    expect(errors[0]?.votes?.map(({ member }) => member)).toEqual(servers.names);
    const findings = await provider.doctor?.();
    expect(findings?.length).toBeGreaterThan(0);
    expectNoPassword(findings);
  });

  test("is in no error when it is wrong", async () => {
    servers = await Servers.start(3, { password: "another" });
    const urls = servers.names.map((name) => `redis://:${WRITTEN}@${name}`);
    const provider = servers.provider({}, urls);
    const error = await faultOf(Promise.resolve(provider.tryAcquire(request("a"))));
    expect(error.code).toBe("BACKEND_REJECTED");
    expectNoPassword(error);
    expectNoPassword(await provider.doctor?.());
  });
});
