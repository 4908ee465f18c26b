/**
 * A provider for somebody else's lock service, in the file `lease-table.ts`. `lease-service.ts` stands
 * for that service, and the test runs the conformance suite on the pair.
 *
 * Prints:
 *   first holds orders/42
 *   second is refused
 *   second holds orders/42, with a larger token: true
 */
import { createLocks } from "@holdfast/core";
import { LeaseService } from "./lease-service.ts";
import { leaseTable } from "./lease-table.ts";

const service = new LeaseService();
const { host, port } = await service.listen();
const url = `http://${host}:${port}`;

const first = createLocks({ provider: leaseTable(url) });
const second = createLocks({ provider: leaseTable(url) });

const lease = await first.acquire("orders/42");
console.log(`first holds ${lease.name}`);
if ((await second.tryAcquire(lease.name)) === undefined) console.log("second is refused");
await lease.release();

await second.using(lease.name, ({ fencingToken }) => {
  const isLarger = fencingToken > lease.fencingToken;
  console.log(`second holds ${lease.name}, with a larger token: ${isLarger}`);
});

await first.close();
await second.close();
await service.close();
