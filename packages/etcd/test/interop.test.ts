import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type EtcdServer, startEtcd, until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasProgram } from "./has-program.ts";
import { giveBack, openOn, request, take } from "./requests.ts";

/** Needs the program of Debian's etcd-client. */
describe.runIf(hasProgram("etcdctl"))("etcdctl lock on the same name", () => {
  let server: EtcdServer;
  beforeAll(async () => {
    server = await startEtcd();
  });
  afterAll(() => server.stop());

  /** `etcdctl lock`, which says its key when it holds, and holds until it is interrupted. */
  function etcdctl(name: string): ChildProcess {
    const words = ["--endpoints", server.url, "lock", name];
    const env = { ...process.env, ETCDCTL_API: "3" };
    return spawn("etcdctl", words, { env, stdio: ["ignore", "pipe", "inherit"] });
  }

  test("waits while we hold, and we are refused while it holds", async () => {
    await using provider = openOn(server);
    const held = request("jobs/1");
    await take(provider, held);
    const other = etcdctl("holdfast/jobs%2F1");
    let said = "";
    other.stdout?.on("data", (text) => {
      said += String(text);
    });
    await until("it waits", async () => (await provider.inspect("jobs/1")).waiters === 1);
    expect(said).toBe("");
    expect(await giveBack(provider, held)).toBe("released");
    await until("it holds", () => said.includes("holdfast/jobs%2F1/"));
    expect(await provider.tryAcquire(request("jobs/1"))).toEqual({ granted: false, why: "held" });
    const state = await provider.inspect("jobs/1");
    expect(state).toMatchObject({ held: true, waiters: 0 });
    expect(state.description).toBeUndefined();
    const asked = { ...request("jobs/1"), signal: new AbortController().signal };
    const waiting = provider.enqueue(asked);
    await until("we wait", async () => (await provider.inspect("jobs/1")).waiters === 1);
    other.kill("SIGINT");
    await once(other, "exit");
    const { fencingToken = 0n } = await waiting;
    expect(fencingToken > (state.fencingToken ?? 0n)).toBe(true);
    expect(await giveBack(provider, asked)).toBe("released");
  });
});
