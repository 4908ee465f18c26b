/**
 * One try. Undefined says that somebody else holds the lock: a result, not an error. Three replicas
 * of a program wake up for the same task; one does it.
 *
 * Prints:
 *   replica 1 sweeps
 *   replica 2 leaves it to another
 *   replica 3 leaves it to another
 *   swept once
 */
import { createLocks, memory } from "@holdfast/core";

/** Stands for a backend that all replicas reach; each has `Locks` of its own. */
const provider = memory();
const replicas = [1, 2, 3].map((number) => ({ number, locks: createLocks({ provider }) }));

let sweepCount = 0;

for (const { number, locks } of replicas) {
  const lease = await locks.tryAcquire("sweep/2026-11-21", { renew: false, ttlMs: 60_000 });
  if (lease === undefined) {
    console.log(`replica ${number} leaves it to another`);
    continue;
  }
  console.log(`replica ${number} sweeps`);
  sweepCount += 1;
  // Not released: a replica that wakes up a little late still finds the task taken.
}

console.log(sweepCount === 1 ? "swept once" : `swept ${sweepCount} times`);
await Promise.all(replicas.map(({ locks }) => locks.close()));
