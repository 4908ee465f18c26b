import type { EtcdServer } from "@holdfast/test-servers";

const WATCHERS = /^etcd_debugging_mvcc_watcher_total (\d+)$/m;
const EVERYTHING = { key: base64("\0"), range_end: base64("\0") };

/** What a server stores, read and changed past every client. */
export class EtcdContents {
  readonly #server: Pick<EtcdServer, "ask" | "metrics">;

  constructor(server: Pick<EtcdServer, "ask" | "metrics">) {
    this.#server = server;
  }

  /** Every key, by the order in which they were created. */
  async keys(): Promise<readonly string[]> {
    const request = { ...EVERYTHING, keys_only: true, sort_order: "ASCEND", sort_target: "CREATE" };
    const { kvs = [] } = (await this.#server.ask("/v3/kv/range", request)) as {
      readonly kvs?: readonly { readonly key: string }[];
    };
    return kvs.map(({ key }) => Buffer.from(key, "base64").toString());
  }

  /** Every lease, as `lease <id>`. */
  async leases(): Promise<readonly string[]> {
    return (await this.#leaseIds()).map((id) => `lease ${id}`);
  }

  /** How many watchers there are. */
  async watchers(): Promise<number> {
    const [, count] = WATCHERS.exec(await this.#server.metrics()) ?? [];
    if (count === undefined) throw new Error("the server does not count its watchers");
    return Number(count);
  }

  /** How many calls of that method it has answered. */
  async answeredCalls(method: string): Promise<number> {
    const counted = (await this.#server.metrics())
      .split("\n")
      .filter((line) => line.startsWith("grpc_server_handled_total{"))
      .filter((line) => line.includes(`grpc_method="${method}"`));
    return counted.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  /** Takes every key and every lease away, as a server that lost them would. Revisions go on. */
  async clear(): Promise<void> {
    await this.#server.ask("/v3/kv/deleterange", EVERYTHING);
    for (const ID of await this.#leaseIds()) await this.revoke(ID);
  }

  /** Ends a lease as an operator does. */
  async revoke(ID: string): Promise<void> {
    await this.#server.ask("/v3/lease/revoke", { ID });
  }

  async #leaseIds(): Promise<readonly string[]> {
    const { leases = [] } = (await this.#server.ask("/v3/lease/leases", {})) as {
      readonly leases?: readonly { readonly ID: string }[];
    };
    return leases.map(({ ID }) => ID);
  }

  async delete(key: string): Promise<void> {
    await this.#server.ask("/v3/kv/deleterange", { key: base64(key) });
  }

  /** Every key of a lock's name. */
  async deleteKeysOf(name: string): Promise<void> {
    const encoded = name.replaceAll("%", "%25").replaceAll("/", "%2F");
    for (const key of await this.keys()) {
      if (key.includes(`${encoded}/`)) await this.delete(key);
    }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
