/**
 * A job that runs on one host at a time, over a real Redis (`REDIS_URL`). Two processes stand for two
 * hosts. The one that has the job is stopped for longer than its ttl, as a virtual machine is when it
 * moves; the other one takes over. Nothing can keep the first from sending its write when it goes on:
 * the store refuses it, because its fencing token is smaller than one that it has seen.
 *
 * Prints:
 *   host A has the job
 *   host A is stopped for longer than its ttl
 *   host B has the job
 *   host B writes: accepted
 *   host A goes on
 *   host A writes: refused
 *   host A is told: LEASE_LOST
 *   the report is by host B
 */
import { Host } from "./host.ts";
import { ReportStore } from "./report-store.ts";

const url = process.env["REDIS_URL"];
if (url === undefined) {
  console.error("Set REDIS_URL, for example to redis://127.0.0.1:6379");
  process.exit(2);
}

const store = new ReportStore();
const hostA = new Host("A", url, store);
const hostB = new Host("B", url, store);

try {
  hostA.start();
  await hostA.next("has the job");
  hostA.stop();
  console.log("host A is stopped for longer than its ttl");

  hostB.start();
  await hostB.next("has the job");
  hostB.write();
  await hostB.next("writes: accepted");

  console.log("host A goes on");
  hostA.resume();
  hostA.write();
  await hostA.next("writes: refused");
  await hostA.next("is told: LEASE_LOST");
  console.log(`the report is by host ${store.author}`);
} finally {
  hostA.end();
  hostB.end();
}
