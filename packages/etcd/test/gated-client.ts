import { Etcd3 } from "etcd3";
import type { EtcdClient } from "../src/index.ts";

type WatchStream = Awaited<ReturnType<EtcdClient["watchClient"]["watch"]>>;
type Txn = Parameters<EtcdClient["kv"]["txn"]>[0];

/** What becomes of an answer of the server: it is read when this resolves, and lost when it rejects. */
type Gate<Request> = (request: Request) => Promise<void> | undefined;

const open = (): undefined => undefined;

/**
 * A client of etcd3 whose answers come late, or never, where a test says so. What the server does about the
 * requests is never imitated.
 */
export class GatedClient implements EtcdClient {
  onTxn: Gate<Txn> = open;
  onGrant: Gate<object> = open;
  /** Before the keepalive is sent. */
  onKeepAlive: Gate<undefined> = open;
  /** Nothing that watchers tell is heard. */
  isDeaf = false;
  readonly kv: EtcdClient["kv"];
  readonly leaseClient: EtcdClient["leaseClient"];
  readonly watchClient: EtcdClient["watchClient"];
  readonly #client: Etcd3;

  constructor(hosts: string) {
    const client = new Etcd3({ hosts });
    this.#client = client;
    const { kv, leaseClient, watchClient } = client;
    this.watchClient = { watch: async (options) => this.#heard(await watchClient.watch(options)) };
    this.kv = {
      range: (request, options) => kv.range(request, options),
      deleteRange: (request, options) => kv.deleteRange(request, options),
      txn: async (request, options) => {
        const answer = await kv.txn(request, options);
        await this.onTxn(request);
        return answer;
      },
    };
    this.leaseClient = {
      leaseGrant: async (request, options) => {
        const answer = await leaseClient.leaseGrant(request, options);
        await this.onGrant(request);
        return answer;
      },
      leaseRevoke: (request, options) => leaseClient.leaseRevoke(request, options),
      leaseTimeToLive: (request, options) => leaseClient.leaseTimeToLive(request, options),
      leaseKeepAlive: async (options) => {
        await this.onKeepAlive(undefined);
        return await leaseClient.leaseKeepAlive(options);
      },
    };
  }

  /** The stream, as long as this client is not deaf. */
  #heard(stream: WatchStream): WatchStream {
    return {
      on: (event: "data" | "error" | "end", listener: (message: never) => void) => {
        stream.on(event as "data", (message) => {
          if (event !== "data" || !this.isDeaf) listener(message as never);
        });
      },
      write: (message) => stream.write(message),
      end: () => stream.end(),
      cancel: () => stream.cancel(),
    };
  }

  close(): void {
    this.#client.close();
  }
}
