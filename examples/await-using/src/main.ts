/**
 * A lock for the rest of a scope. However the scope is left, by its end, a return or an error, the
 * lock is given back.
 *
 * Prints:
 *   reports/may is being written
 *   reports/may failed: no paper
 *   reports/may is free: true
 *   WAIT_TIMEOUT
 */
import { createLocks, LockError, memory } from "@holdfast/core";

await using locks = createLocks({ provider: memory() });

async function writeReport(name: string): Promise<void> {
  await using lease = await locks.acquire(name, { waitMs: 5_000 });
  console.log(`${lease.name} is being written`);
  throw new Error("no paper");
}

try {
  await writeReport("reports/may");
} catch (error) {
  console.log(`reports/may failed: ${(error as Error).message}`);
}

const { held } = await locks.inspect("reports/may");
console.log(`reports/may is free: ${!held}`);

{
  await using _lease = await locks.acquire("reports/may");
  try {
    await locks.acquire("reports/may", { waitMs: 50 });
  } catch (error) {
    console.log(LockError.is(error) ? error.code : error);
  }
}
