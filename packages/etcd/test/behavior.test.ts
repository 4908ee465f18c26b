import { type EtcdServer, startEtcd, until } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EtcdClient, KeepAliveResponse, WatchResponse } from "../src/etcd-client.ts";
import { EtcdContents } from "./etcd-contents.ts";

/** Facts of etcd and of its driver that the provider leans on. */
let server: EtcdServer;
let driver: Etcd3;
/** The driver as the provider sees it: that it fits is checked here, by the compiler. */
let client: EtcdClient;

beforeAll(async () => {
  server = await startEtcd();
  driver = new Etcd3({ hosts: server.url });
  client = driver;
});
afterAll(async () => {
  driver.close();
  await server.stop();
});

const key = Buffer.from("facts/a/1");
const range = { key: Buffer.from("facts/a/"), range_end: Buffer.from("facts/a0") };

async function put(lease = "0"): Promise<string> {
  const request_put = { key, value: Buffer.from("v"), lease };
  return (await client.kv.txn({ success: [{ request_put }] })).header.revision;
}

/** The answer to one request to keep a lease alive. */
async function keepAlive(ID: string): Promise<KeepAliveResponse> {
  const stream = await client.leaseClient.leaseKeepAlive();
  stream.on("error", () => undefined);
  const answer = new Promise<KeepAliveResponse>((resolve) => stream.on("data", resolve));
  stream.write({ ID });
  return await answer.finally(() => stream.end());
}

test("only the spelling Create is the create revision: in capitals it is encoded as the version", async () => {
  const revision = await put();
  const deletedIf = async (target: string): Promise<boolean> => {
    const compare = [{ key, target, result: "Equal", create_revision: revision }];
    const success = [{ request_delete_range: { key } }];
    return (await client.kv.txn({ compare, success } as object)).succeeded;
  };
  expect([await deletedIf("CREATE"), await deletedIf("Create"), await deletedIf("Create")]).toEqual(
    [false, true, false],
  );
});

test("a range is compared as a whole, and an empty one has the create revision 0", async () => {
  const absent = { ...range, target: "Create", result: "Equal", create_revision: "0" } as const;
  const isEmpty = async (): Promise<boolean> =>
    (await client.kv.txn({ compare: [absent] })).succeeded;
  await client.kv.deleteRange({ key });
  expect(await isEmpty()).toBe(true);
  await put();
  expect(await isEmpty()).toBe(false);
  await client.kv.deleteRange({ key });
});

describe("leases", () => {
  test("have a least ttl of two seconds, which the server reports", async () => {
    const { ID, TTL } = await client.leaseClient.leaseGrant({ TTL: "1", ID: "0" });
    expect(TTL).toBe("2");
    await client.leaseClient.leaseRevoke({ ID });
  });

  test("take an id of the client, once", async () => {
    await client.leaseClient.leaseGrant({ TTL: "10", ID: "77" });
    const again = client.leaseClient.leaseGrant({ TTL: "10", ID: "77" });
    await expect(again).rejects.toThrow(/lease already exists/);
    await client.leaseClient.leaseRevoke({ ID: "77" });
  });

  test("that are not there have the ttl 0, and nothing can be hung on them", async () => {
    expect(await keepAlive("404")).toMatchObject({ ID: "404", TTL: "0" });
    await expect(put("404")).rejects.toThrow(/requested lease not found/);
  });

  test("are kept alive in a term, which transactions name as well", async () => {
    const { ID } = await client.leaseClient.leaseGrant({ TTL: "10", ID: "0" });
    const { header } = await keepAlive(ID);
    const { header: read } = await client.kv.range({ key });
    expect(Number(header.raft_term)).toBeGreaterThan(0);
    expect(read.raft_term).toBe(header.raft_term);
    await client.leaseClient.leaseRevoke({ ID });
  });

  test("a key moves to another lease, with its value and its create revision", async () => {
    const contents = new EtcdContents(server);
    const [from, to] = await Promise.all(
      ["0", "0"].map((ID) => client.leaseClient.leaseGrant({ TTL: "10", ID })),
    );
    const created = await put(from?.ID);
    const request_put = { key, ignore_value: true, lease: to?.ID ?? "" };
    await client.kv.txn({ success: [{ request_put }] });
    await contents.revoke(from?.ID ?? "");
    const [found] = (await client.kv.range({ key })).kvs;
    expect(found).toMatchObject({ create_revision: created, lease: to?.ID });
    expect(found?.value.toString()).toBe("v");
    await contents.revoke(to?.ID ?? "");
    expect(await contents.keys()).toEqual([]);
  });
});

describe("watchers", () => {
  test("take a number of the client, tell what happened since a revision, and end with compaction", async () => {
    const created = await put();
    const { header } = await client.kv.deleteRange({ key });
    const stream = await client.watchClient.watch();
    stream.on("error", () => undefined);
    const heard: WatchResponse[] = [];
    stream.on("data", (message) => heard.push(message));
    const filters: "Noput"[] = ["Noput"];
    stream.write({ create_request: { key, start_revision: created, filters, watch_id: "7" } });
    await until("the deletion is told", () => heard.some(({ events }) => events.length === 1));
    await driver.kv.compact({ revision: header.revision, physical: true });
    stream.write({ create_request: { key, start_revision: created, filters, watch_id: "8" } });
    await until("the watcher is cancelled", () => heard.some(({ canceled }) => canceled));
    expect(heard.every(({ watch_id }) => ["7", "8"].includes(watch_id))).toBe(true);
    stream.cancel();
  });
});
