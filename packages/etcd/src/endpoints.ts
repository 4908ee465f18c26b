import { cancellableOptions } from "./cancellable-options.ts";
import type { CallOptions, EtcdClient } from "./etcd-client.ts";

/** Where calls go: a client that the user brought, or one of our own for each host. */
export interface Endpoints {
  readonly count: number;
  client(): Promise<EtcdClient>;
  /** That client gave no usable answer: the next call goes elsewhere, if there is anywhere else. */
  failed(client: EtcdClient): void;
  /** For a call that is given up at that time, by the wall clock. */
  callOptions(endMs: number, onTimeout: (cancel: () => void) => void): CallOptions;
  /** Ends what we opened, leaves what we were given. */
  close(): void;
}

/** gRPC's own deadline is by the wall clock, so it only cleans up behind our timer. */
const CLEAN_UP_MS = 50;

/** A client that the user brought: never closed by us. It may know several hosts and choose among them. */
export class BroughtClient implements Endpoints {
  readonly count = 1;
  readonly #client: EtcdClient;

  constructor(client: EtcdClient) {
    this.#client = client;
  }

  client(): Promise<EtcdClient> {
    return Promise.resolve(this.#client);
  }

  failed(): void {}

  /** Ways of its own to look at calls stay in force. */
  callOptions(endMs: number): CallOptions {
    return { deadline: endMs + CLEAN_UP_MS };
  }

  close(): void {}
}

/** One client for each host. Calls stay with one host until it fails: a member that hangs costs one call. */
export class OpenedClients implements Endpoints {
  readonly count: number;
  readonly #open: () => Promise<readonly EtcdClient[]>;
  #opening: Promise<readonly EtcdClient[]> | undefined;
  #clients: readonly EtcdClient[] = [];
  #at = 0;
  #isClosed = false;

  constructor(count: number, open: () => Promise<readonly EtcdClient[]>) {
    this.count = count;
    this.#open = open;
  }

  async client(): Promise<EtcdClient> {
    if (this.#clients.length === 0) {
      this.#opening ??= this.#open();
      this.#clients = await this.#opening;
      if (this.#isClosed) this.close();
    }
    return this.#clients[this.#at] as EtcdClient;
  }

  failed(client: EtcdClient): void {
    // Of many calls that fail on one host together, only the first moves on.
    if (client === this.#clients[this.#at]) this.#at = (this.#at + 1) % this.count;
  }

  callOptions(endMs: number, onTimeout: (cancel: () => void) => void): CallOptions {
    return cancellableOptions(endMs, onTimeout);
  }

  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) client.close();
  }
}
