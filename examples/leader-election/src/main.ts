/**
 * Two nodes elect a leader, over a real etcd (`ETCD_URL`). An operator breaks the lead of the first; the
 * second takes over, and a write of the first that comes late is refused: its fencing token is smaller.
 * The first campaigns again and leads once the second has resigned.
 *
 * Prints:
 *   node A leads
 *   node A writes: accepted
 *   an operator breaks its lead
 *   node B leads
 *   node B writes: accepted
 *   node A writes: refused
 *   node A is told: LEASE_LOST
 *   node A leads
 *   node A writes: accepted
 */
import { createLocks } from "@holdfast/core";
import { etcd } from "@holdfast/etcd";
import { Node } from "./node.ts";
import { Settings } from "./settings.ts";

const hosts = process.env["ETCD_URL"];
if (hosts === undefined) {
  console.error("Set ETCD_URL, for example to http://127.0.0.1:2379");
  process.exit(2);
}

// A service has its server for that: a lock keeps no process running.
const running = setInterval(() => {}, 60_000);
const settings = new Settings();
const nodeA = new Node("A", hosts, settings);
const nodeB = new Node("B", hosts, settings);
await using operator = createLocks({ provider: etcd({ hosts }) });

const leadsA = nodeA.leads();
const campaigns = [nodeA.run()];
await leadsA;
nodeA.write();
const leadsB = nodeB.leads();
campaigns.push(nodeB.run());
while ((await operator.inspect("leader")).waiters !== 1);

console.log("an operator breaks its lead");
const toldA = nodeA.isTold();
await operator.breakLock("leader", { any: true });
await leadsB;
nodeB.write();
nodeA.write();

const again = nodeA.leads();
console.log(`node A is told: ${await toldA}`);
while ((await operator.inspect("leader")).waiters !== 1);
nodeB.retire();
await again;
nodeA.write();
nodeA.retire();
await Promise.all(campaigns);
clearInterval(running);
