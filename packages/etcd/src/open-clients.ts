import { LockError } from "@holdfast/core";
import type { EtcdClient } from "./etcd-client.ts";
import type { EtcdHostsOptions } from "./etcd-options.ts";

/** Everything once and at once: retries are ours, since the driver repeats a transaction that took effect. */
const ONCE = { execute: async (work: () => unknown): Promise<unknown> => work() };

/** Opens one client for each host. Rejects CONFIG_INVALID when etcd3 is not installed. */
export async function openClients(
  hosts: readonly string[],
  { auth, tls }: EtcdHostsOptions,
  callDeadlineMs: () => number,
): Promise<readonly EtcdClient[]> {
  const Etcd3 = await importDriver();
  return hosts.map((host) => {
    return new Etcd3({
      hosts: host,
      faultHandling: { host: () => ONCE, global: ONCE },
      ...(auth && { auth: { ...auth, callOptions: () => ({ deadline: callDeadlineMs() }) } }),
      ...(tls && {
        credentials: {
          rootCertificate: bytesOf(tls.ca),
          privateKey: bytesOf(tls.key),
          certChain: bytesOf(tls.cert),
        },
      }),
    });
  });
}

type Etcd3Constructor = new (options: object) => EtcdClient;

async function importDriver(): Promise<Etcd3Constructor> {
  try {
    const driver: unknown = await import("etcd3");
    return (driver as { readonly Etcd3: Etcd3Constructor }).Etcd3;
  } catch (cause) {
    const words = "etcd: hosts needs package etcd3: npm install etcd3, or bring a client";
    throw new LockError("CONFIG_INVALID", words, { cause });
  }
}

function bytesOf(pem: string | Buffer | undefined): Buffer | null {
  return pem === undefined ? null : Buffer.from(pem);
}
