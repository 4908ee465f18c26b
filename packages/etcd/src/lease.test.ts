import { expect, test } from "vitest";
import { Lease } from "./lease.ts";

const TTL_MS = 12_000;

function granted(): Lease {
  return new Lease("7", { ttlMs: TTL_MS, sentAtMs: 0, isOwn: false });
}

function keptAlive(lease: Lease, sentAtMs: number, raft_term: string): void {
  const header = { revision: "1", raft_term };
  lease.keptAlive({ sentAtMs, response: { header, ID: "7", TTL: "12" } });
}

function confirm(lease: Lease, sentAtMs: number, raft_term: string): void {
  lease.confirm({ sentAtMs, response: { header: { revision: "1", raft_term } } });
}

test("a keepalive counts from its send once a transaction of its term confirms it", () => {
  const lease = granted();
  keptAlive(lease, 4_000, "2");
  expect(lease.provenAtMs).toBe(0);
  confirm(lease, 4_000, "2");
  expect(lease.provenAtMs).toBe(4_000);
});

test("G-01 G-02 a transaction of another term confirms nothing: the leader may have been replaced", () => {
  const lease = granted();
  keptAlive(lease, 4_000, "2");
  confirm(lease, 4_001, "3");
  expect(lease.provenAtMs).toBe(0);
});

test("G-01 G-02 a transaction that was sent before the keepalive confirms nothing", () => {
  const lease = granted();
  keptAlive(lease, 4_000, "2");
  confirm(lease, 3_999, "2");
  expect(lease.provenAtMs).toBe(0);
});

test("what was proven is not taken back by an older keepalive", () => {
  const lease = granted();
  keptAlive(lease, 4_000, "2");
  confirm(lease, 4_000, "2");
  keptAlive(lease, 3_000, "2");
  confirm(lease, 5_000, "2");
  expect(lease.provenAtMs).toBe(4_000);
});

test("a lease is fresh for a sixth of its ttl, and doubtful after all of it", () => {
  const lease = granted();
  expect([lease.isFresh(1_999), lease.isFresh(2_000)]).toEqual([true, false]);
  expect([lease.isDoubtful(11_999), lease.isDoubtful(12_000)]).toEqual([false, true]);
});
