import { LEASE_TTL_MS, type LockClient, NO_ABILITIES, type Strategy } from "../strategy.ts";
import { requireUrl } from "./require-url.ts";

/** The least that etcd3 can do for a lock: the limit for every strategy built on it. */
export const rawEtcd3: Strategy = {
  id: "raw-etcd3",
  about: "the limit: a transaction that puts, and a delete, under one lease, through etcd3",
  backend: "etcd",
  abilities: NO_ABILITIES,
  comparedWith: [],
  waits: false,
  async open(target): Promise<LockClient<void>> {
    const { Etcd3 } = await import("etcd3");
    const client = new Etcd3({ hosts: requireUrl(target) });
    const lease = client.lease(LEASE_TTL_MS / 1_000);
    const leaseId = await lease.grant();
    return {
      async acquire(name) {
        const { succeeded } = await client
          .if(name, "Create", "==", 0)
          .then(client.put(name).value("").lease(leaseId))
          .commit();
        if (!succeeded) throw new Error(`${name} is held by another`);
      },
      release: (name) => client.delete().key(name).exec(),
      close: async () => {
        await lease.revoke();
        client.close();
      },
    };
  },
};
