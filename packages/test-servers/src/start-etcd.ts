import { createCertificate } from "./certificate.ts";
import type { EtcdOptions } from "./etcd-options.ts";
import { etcdPlan, soleMember, trustOf } from "./etcd-plan.ts";
import { EtcdServer } from "./etcd-server.ts";
import { launchServer } from "./launch-server.ts";

/** Starts one etcd on a random loopback port; resolves when it answers. */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const certificates = options.tls
    ? { server: createCertificate(), client: createCertificate() }
    : undefined;
  const launched = await launchServer(etcdPlan(options, soleMember(), certificates));
  return new EtcdServer(launched, certificates && trustOf(certificates));
}
