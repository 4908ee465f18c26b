import { setTimeout as sleepMs } from "node:timers/promises";
import pTimeout from "p-timeout";
import type { LockClient } from "../strategy.ts";
import { collectGarbage } from "./collect-garbage.ts";

/** What an agent of scenario `holding` is asked for, step by step. */
export type HoldingRequest =
  | RehearseRequest
  | HoldRequest
  | { readonly step: "watch"; readonly watchMs: number }
  | { readonly step: "free" }
  | { readonly step: "intrude"; readonly names: readonly string[]; readonly patienceMs: number };

/** Acquire, keep over a renewal, release: everything that is measured later runs once. */
interface RehearseRequest {
  readonly step: "rehearse";
  readonly prefix: string;
  readonly ttlMs: number;
}

interface HoldRequest {
  readonly step: "hold";
  readonly prefix: string;
  readonly leases: number;
  readonly ttlMs: number;
  /** How long to look at the process before the first lease. */
  readonly idleMs: number;
}

export interface HoldReply {
  readonly idleCpuPercent: number;
  readonly heapKibPerLease: number;
  readonly rssKibPerLease: number;
}

export interface WatchReply {
  readonly cpuPercent: number;
}

export interface FreeReply {
  /** Leases whose loss the library had told by then. */
  readonly toldCount: number;
}

export interface IntrudeReply {
  /** Names that were free to be taken. */
  readonly takenCount: number;
}

/** Acquires and releases under way at once. */
const CALLERS = 64;
/** Cycles of the rehearsal: enough for the code to be compiled. */
const REHEARSE_CYCLES = 1_000;
/** Leases that the rehearsal keeps over a renewal. */
const REHEARSE_LEASES = 8;
/** Longest any of the steps over all leases may take. */
const ALL_MS_MAX = 30_000;

interface Held {
  readonly name: string;
  readonly holding: unknown;
}

/** What each client of a process holds; a process of this scenario has one. */
const heldBy = new WeakMap<LockClient, { readonly held: readonly Held[]; toldCount: number }>();

export function holdingWork(client: LockClient, request: HoldingRequest): Promise<object> {
  switch (request.step) {
    case "rehearse":
      return rehearse(client, request);
    case "hold":
      return hold(client, request);
    case "watch":
      return watch(request.watchMs);
    case "free":
      return free(client);
    case "intrude":
      return intrude(client, request.names, request.patienceMs);
  }
}

async function rehearse(client: LockClient, { prefix, ttlMs }: RehearseRequest): Promise<object> {
  const names = namesOf(`${prefix}rehearsal:`, REHEARSE_CYCLES);
  await forEach(names, async (name) => {
    await client.release(name, await client.acquire(name, { ttlMs }));
  });
  const held = await acquireAll(client, names.slice(0, REHEARSE_LEASES), ttlMs);
  await sleepMs(ttlMs);
  await releaseAll(client, held);
  return {};
}

async function hold(client: LockClient, request: HoldRequest): Promise<HoldReply> {
  const { prefix, leases, ttlMs, idleMs } = request;
  // The names are the caller's own, so they are there before memory is looked at.
  const names = namesOf(prefix, leases);
  await collectGarbage();
  const before = process.memoryUsage();
  const { cpuPercent: idleCpuPercent } = await watch(idleMs);
  const held = await acquireAll(client, names, ttlMs);
  await collectGarbage();
  const after = process.memoryUsage();
  const state = { held, toldCount: 0 };
  heldBy.set(client, state);
  for (const { holding } of held) {
    client.onLost?.(holding, () => {
      state.toldCount += 1;
    });
  }
  return {
    idleCpuPercent,
    heapKibPerLease: (after.heapUsed - before.heapUsed) / leases / 1024,
    rssKibPerLease: (after.rss - before.rss) / leases / 1024,
  };
}

async function watch(watchMs: number): Promise<WatchReply> {
  const startMs = performance.now();
  const cpuBefore = process.cpuUsage();
  await sleepMs(watchMs);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuPercent: (user + system) / (performance.now() - startMs) / 10 };
}

async function free(client: LockClient): Promise<FreeReply> {
  const { held, toldCount } = heldBy.get(client) ?? { held: [], toldCount: 0 };
  await releaseAll(client, held);
  return { toldCount };
}

/** Tries to take what another process holds. */
async function intrude(
  client: LockClient,
  names: readonly string[],
  patienceMs: number,
): Promise<IntrudeReply> {
  let takenCount = 0;
  const take = async (name: string): Promise<void> => {
    await client.acquire(name);
    takenCount += 1;
  };
  const attempts = names.map((name) => take(name).catch(() => {}));
  await Promise.race([Promise.all(attempts), sleepMs(patienceMs)]);
  return { takenCount };
}

async function acquireAll(
  client: LockClient,
  names: readonly string[],
  ttlMs: number,
): Promise<readonly Held[]> {
  const held: Held[] = [];
  const all = forEach(names, async (name) => {
    held.push({ name, holding: await client.acquire(name, { ttlMs }) });
  });
  await pTimeout(all, {
    milliseconds: ALL_MS_MAX,
    message: `cannot hold ${names.length} leases: too slow`,
  });
  return held;
}

/** A library may refuse to release what was lost; that is counted elsewhere. */
async function releaseAll(client: LockClient, held: readonly Held[]): Promise<void> {
  const all = forEach(held, async ({ name, holding }) => {
    await Promise.resolve(client.release(name, holding)).catch(() => {});
  });
  await pTimeout(all, { milliseconds: ALL_MS_MAX, fallback: () => {} });
}

/** Does `step` for every item, {@link CALLERS} at a time. */
async function forEach<Item>(
  items: readonly Item[],
  step: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const caller = async (): Promise<void> => {
    for (const item of rest) await step(item);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

/** The names that both the holder and whoever looks at its leases know. */
export function namesOf(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}
