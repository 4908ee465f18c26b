import type { EtcdOptions } from "./etcd-options.ts";
import { etcdPlan } from "./etcd-plan.ts";
import { EtcdServer } from "./etcd-server.ts";
import { launchServer } from "./launch-server.ts";

/** Starts one etcd on a random loopback port; resolves when it answers. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  return new EtcdServer(await launchServer(etcdPlan(options)));
}
