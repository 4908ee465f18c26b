import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { askEtcd } from "../src/etcd-question.ts";
import {
  type EtcdServer,
  startEtcd,
  startEtcdCluster,
  startFaultProxy,
  until,
} from "../src/index.ts";
import { isAlive } from "./is-alive.ts";
import { etcdSource } from "./sources.ts";

const ELECTION_MS_MAX = 20_000;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

async function put(server: EtcdServer, key: string, value: string): Promise<void> {
  await server.ask("/v3/kv/put", { key: base64(key), value: base64(value) });
}

async function read(server: EtcdServer, key: string): Promise<string | undefined> {
  const { kvs } = await server.ask("/v3/kv/range", { key: base64(key) });
  const [pair] = (kvs ?? []) as readonly { readonly value: string }[];
  return pair && Buffer.from(pair.value, "base64").toString();
}

describe.runIf(etcdSource)("startEtcd", () => {
  test("a server answers at its address and tells its version", async () => {
    await using server = await startEtcd();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    await put(server, "key", "value");
    expect(await read(server, "key")).toBe("value");
    expect(await server.version()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(server.pid).toBeGreaterThan(1);
    expect(await server.metrics()).toMatch(/^grpc_server_started_total\{.*"Put".*\} 1$/m);
  });

  test("further arguments reach the server", async () => {
    await using server = await startEtcd({ args: ["--max-request-bytes", "1024"] });
    await expect(put(server, "key", "x".repeat(4_096))).rejects.toThrow(/too large/);
  });

  test("an argument that the server does not take is told with the server's words", async () => {
    await expect(startEtcd({ args: ["--heartbeat-interval", "0"] })).rejects.toThrow(
      /etcd ended while it started:[\s\S]*heartbeat-interval/,
    );
  });
});

describe.runIf(etcdSource)("faults of an etcd", () => {
  test("a killed server refuses clients until a restart, which keeps what it had", async () => {
    await using server = await startEtcd();
    const { url, pid } = server;
    await put(server, "key", "value");
    await server.kill();
    expect(server.pid).toBeUndefined();
    await expect(read(server, "key")).rejects.toThrow(/ECONNREFUSED/);
    await server.restart({ keepData: true });
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await read(server, "key")).toBe("value");
  });

  test("a paused server answers what was in flight once it is resumed", async () => {
    await using server = await startEtcd();
    await using proxy = await startFaultProxy({ target: server });
    await server.pause();
    let isAnswered = false;
    const inFlight = askEtcd(proxy, "/version", { timeoutMs: 10_000 }).finally(() => {
      isAnswered = true;
    });
    await until("the server has it", () => proxy.traffic("to-server").deliveredBytes > 0);
    await expect(askEtcd(server, "/version", { timeoutMs: 300 })).rejects.toThrow(/aborted/);
    expect(isAnswered).toBe(false);
    await server.resume();
    expect(await inFlight).toContain("etcdserver");
  });

  test("a restart without its data forgets everything", async () => {
    await using server = await startEtcd();
    await put(server, "key", "value");
    await server.restart({ keepData: false });
    expect(await read(server, "key")).toBeUndefined();
  });

  test("a stopped server leaves no process and no data", async () => {
    const server = await startEtcd();
    const { pid, dataDir } = server;
    await server.pause();
    await server.stop();
    if (dataDir !== undefined) {
      expect(isAlive(pid)).toBe(false);
      expect(existsSync(dataDir)).toBe(false);
    }
    await server.stop();
    await expect(server.restart({ keepData: true })).rejects.toThrow(/stopped for good/);
  });

  test("keys of a lease go when it ends, by the server's own clock", async () => {
    await using server = await startEtcd();
    const { ID: lease } = await server.ask("/v3/lease/grant", { TTL: 1 });
    await server.ask("/v3/kv/put", { key: base64("key"), value: base64("value"), lease });
    expect(await read(server, "key")).toBe("value");
    await until("the key is gone", async () => (await read(server, "key")) === undefined);
  });

  test("with TLS it takes only clients that show its certificate", async () => {
    await using server = await startEtcd({ tls: true });
    expect(server.url).toMatch(/^https:/);
    await put(server, "key", "value");
    expect(await read(server, "key")).toBe("value");
    await expect(askEtcd(server, "/version", { timeoutMs: 1_000 })).rejects.toThrow();
  });

  const isLocal = etcdSource === "local";
  test.runIf(isLocal)(
    "a leader that is cut off is replaced, and follows again when it is back",
    async () => {
      await using cluster = await startEtcdCluster(3, { isIsolable: true });
      const first = await cluster.leader();
      if (first === undefined) throw new Error("no leader");
      await put(first, "key", "before");
      await cluster.isolate(first);
      const isLed = async (): Promise<boolean> => {
        const leader = await cluster.leader();
        return leader !== undefined && leader !== first;
      };
      await until("another member leads", isLed, ELECTION_MS_MAX);
      const second = await cluster.leader();
      if (second === undefined) throw new Error("no leader");
      await put(second, "key", "after");
      await expect(first.ask("/v3/kv/range", { key: base64("key") }, 300)).rejects.toThrow(
        /aborted/,
      );
      await cluster.heal();
      await until("it follows", async () => {
        return await read(first, "key").then(
          (value) => value === "after",
          () => false,
        );
      });
    },
  );

  test.runIf(isLocal)("a cluster elects another leader when the first is killed", async () => {
    await using cluster = await startEtcdCluster(3);
    const first = await cluster.leader();
    if (first === undefined) throw new Error("no leader");
    await put(first, "key", "value");
    await first.kill();
    const isLed = async (): Promise<boolean> => {
      const leader = await cluster.leader();
      return leader !== undefined && leader !== first;
    };
    await until("another member leads", isLed);
    const second = await cluster.leader();
    expect(second && (await read(second, "key"))).toBe("value");
    await first.restart({ keepData: true });
    expect(await read(first, "key")).toBe("value");
  });
});
