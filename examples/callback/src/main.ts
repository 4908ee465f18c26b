/**
 * The usual way: work under a lock. The lease is renewed while the work runs and given back after it,
 * whatever becomes of it. A second caller waits for the first.
 *
 * Prints:
 *   first charges order 42
 *   first is done
 *   second finds order 42 charged
 *   the second token is larger: true
 */
import { createLocks, type Lease, memory } from "@holdfast/core";

await using locks = createLocks({ provider: memory(), ttlMs: 10_000 });

const charged = new Set<string>();
const tokens: bigint[] = [];

async function charge(who: string, lease: Lease<bigint>): Promise<void> {
  tokens.push(lease.fencingToken);
  if (charged.has(lease.name)) {
    console.log(`${who} finds order 42 charged`);
    return;
  }
  console.log(`${who} charges order 42`);
  // A real call takes `lease.signal`, which aborts if the lease is lost.
  await new Promise((resolve) => setTimeout(resolve, 20));
  lease.assertValid();
  charged.add(lease.name);
  console.log(`${who} is done`);
}

await Promise.all([
  locks.using("orders/42", (lease) => charge("first", lease)),
  locks.using("orders/42", (lease) => charge("second", lease)),
]);

const [earlier = 0n, later = 0n] = tokens;
console.log(`the second token is larger: ${later > earlier}`);
