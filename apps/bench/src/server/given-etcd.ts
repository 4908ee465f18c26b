import type { Etcd3 } from "etcd3";
import type { GivenKind } from "./given-kind.ts";

const DIAL_MS_MAX = 5_000;

/** An etcd of the user. Every strategy stores a lock under its name, so `part` begins each key. */
export const givenEtcd: GivenKind = {
  backend: "etcd",
  program: "etcd",
  versionOf: (url) =>
    withClient(url, async (client) => (await client.maintenance.status()).version),
  removeKeys: (url, part) =>
    withClient(url, async (client) => {
      const { deleted } = await client.delete().prefix(part).exec();
      return Number(deleted);
    }),
};

async function withClient<Value>(
  url: string,
  work: (client: Etcd3) => Promise<Value>,
): Promise<Value> {
  const driver = await import("etcd3");
  const client = new driver.Etcd3({
    hosts: url,
    dialTimeout: DIAL_MS_MAX,
    // Without a deadline a call waits for a server that is not there.
    defaultCallOptions: () => ({ deadline: Date.now() + DIAL_MS_MAX }),
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
