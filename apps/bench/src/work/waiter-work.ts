import type { LockClient } from "../strategy.ts";
import { type Cycle, cycleOf } from "./cycle.ts";

/** Asks an agent to queue `waiters` behind one holder and let them through, for `seconds` or once. */
export interface WaiterRequest {
  readonly waiters: number;
  readonly seconds: number;
}

export interface WaiterReply {
  readonly waiterCount: number;
  /** From the first waiter's call until the last one is in the queue. */
  readonly queueingMs: number;
  /** From the holder's release until the last waiter has released. */
  readonly drainingMs: number;
}

/** Measures a queue at its longest: what it costs to join, and what each hand-off costs. */
export async function waiterWork(client: LockClient, request: WaiterRequest): Promise<WaiterReply> {
  const untilMs = performance.now() + request.seconds * 1000;
  const cycle = cycleOf(client);
  const sum = { waiterCount: 0, queueingMs: 0, drainingMs: 0 };
  do {
    const { queueingMs, drainingMs } = await fillAndDrain(client, cycle, request.waiters);
    sum.waiterCount += request.waiters;
    sum.queueingMs += queueingMs;
    sum.drainingMs += drainingMs;
  } while (performance.now() < untilMs);
  return sum;
}

async function fillAndDrain(
  client: LockClient,
  cycle: Cycle,
  waiters: number,
): Promise<Omit<WaiterReply, "waiterCount">> {
  const name = "bench:waiters";
  const holding = await client.acquire(name);
  const startMs = performance.now();
  const turns = Array.from({ length: waiters }, () => cycle(name));
  const queuedMs = performance.now();
  await client.release(name, holding);
  await Promise.all(turns);
  return { queueingMs: queuedMs - startMs, drainingMs: performance.now() - queuedMs };
}
