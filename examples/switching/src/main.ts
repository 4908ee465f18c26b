/**
 * One program on two backends: in memory in the environment `test`, on a real Redis (`REDIS_URL`) in `production`.
 * Nothing but the name of the environment differs, which is HOLDFAST_ENV or NODE_ENV elsewhere.
 *
 * Prints:
 *   test: counted to 3 in one process
 *   production: counted to 3 over the network
 *   prodution is refused: did you mean production?
 */
import { connectLocks } from "@holdfast/config";
import { LockError } from "@holdfast/core";
import { configuration } from "./configuration.ts";

for (const environment of ["test", "production"]) {
  await using locks = await connectLocks(configuration, { environment });
  let count = 0;
  const countOn = async () => {
    const before = count;
    await new Promise((resolve) => setTimeout(resolve, 5));
    count = before + 1;
  };
  await Promise.all([1, 2, 3].map(() => locks.using("count", countOn)));
  const where = locks.capabilities.scope === "network" ? "over the network" : "in one process";
  console.log(`${environment}: counted to ${count} ${where}`);
}

try {
  await connectLocks(configuration, { environment: "prodution" });
} catch (error) {
  if (!LockError.is(error)) throw error;
  console.log(`prodution is refused: ${error.message.split("; ").at(-1)}`);
}
