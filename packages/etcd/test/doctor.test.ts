import { startEtcd } from "@holdfast/test-servers";
import { Etcd3 } from "etcd3";
import { expect, test } from "vitest";
import { etcd } from "../src/index.ts";
import { EtcdContents } from "./etcd-contents.ts";
import { faultOf, openOn, request } from "./requests.ts";

test("a healthy server and our own clients give no findings, and nothing is left by looking", async () => {
  await using server = await startEtcd();
  await using provider = openOn(server);
  expect(await provider.doctor()).toEqual([]);
  const contents = new EtcdContents(server);
  expect([await contents.keys(), await contents.leases()]).toEqual([[], []]);
});

test("the policies of a client that the user brings are named", async () => {
  await using server = await startEtcd();
  const client = new Etcd3({ hosts: server.url });
  await using provider = etcd({ client });
  const what = (await provider.doctor()).map((finding) => finding.what);
  expect(what).toEqual([
    expect.stringContaining("repeats calls"),
    expect.stringContaining("sends nothing for seconds"),
  ]);
  client.close();
});

test("a server with a long election timeout has a least lease, which is named", async () => {
  await using server = await startEtcd({ args: ["--election-timeout", "4000"] });
  await using provider = openOn(server);
  expect(await provider.doctor()).toEqual([
    expect.objectContaining({ severity: "warning", what: expect.stringContaining("6 s at least") }),
  ]);
  const locks = { name: "a", holderId: "h", mode: "exclusive", renewable: true } as const;
  expect(await provider.tryAcquire({ ...locks, ttlMs: 2_000 })).toMatchObject({ ttlMs: 6_000 });
  expect(await provider.release({ ...locks, ttlMs: 2_000, inDoubt: false })).toBe("released");
});

test("a full database is an error, and refuses locks for good", async () => {
  await using server = await startEtcd();
  await server.ask("/v3/maintenance/alarm", { action: "ACTIVATE", memberID: 0, alarm: "NOSPACE" });
  await using provider = openOn(server);
  expect(await provider.doctor()).toEqual([
    expect.objectContaining({ severity: "error", what: expect.stringContaining("NOSPACE") }),
  ]);
  expect(await faultOf(provider.tryAcquire(request("a")))).toMatchObject({
    code: "BACKEND_REJECTED",
    outcome: "not-applied",
    message: expect.stringContaining("NOSPACE"),
  });
});
