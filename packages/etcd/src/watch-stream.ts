import type { EtcdClient, EtcdStream, WatchRequest, WatchResponse } from "./etcd-client.ts";

/** Called once: the key was deleted, or else nothing more will be heard of it. */
export type Hint = (isDeleted: boolean) => void;

/** Somebody who wants to be told once of a deletion at that revision or later. */
interface Listener {
  readonly fromRevision: bigint;
  readonly hint: Hint;
}

/** The server tells of every deletion of one key, whether anybody listens or not. */
interface Watcher {
  readonly key: string;
  readonly fromRevision: bigint;
  readonly listeners: Set<Listener>;
  /** Of the latest deletion that was told. */
  deletedAtRevision: bigint;
}

/**
 * One stream of watchers, each for the deletions of one key.
 *
 * A watcher that nobody listens to is not cancelled: processes use their keys again, so it serves the next one who
 * waits for that key, without a message. It goes with the stream.
 */
export class WatchStream {
  readonly #watchers = new Map<string, Watcher>();
  readonly #ofKey = new Map<string, Watcher>();
  #stream: EtcdStream<WatchRequest, WatchResponse> | undefined;
  #unsent: WatchRequest[] = [];
  #count = 0;
  #listenerCount = 0;
  #isOver = false;

  constructor(client: Promise<EtcdClient>) {
    client
      .then((it) => it.watchClient.watch())
      .then(
        (stream) => this.#open(stream),
        () => this.end(),
      );
  }

  /** Watchers made so far. */
  get count(): number {
    return this.#count;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isIdle(): boolean {
    return this.#listenerCount === 0;
  }

  /** Gives one hint for a deletion of `key` from that revision on. Returns how to end it. */
  watch(key: Buffer, startRevision: string, hint: Hint): () => void {
    const watcher = this.#ofKey.get(key.toString("latin1")) ?? this.#create(key, startRevision);
    const listener = { fromRevision: BigInt(startRevision), hint };
    watcher.listeners.add(listener);
    this.#listenerCount += 1;
    // The deletion may have been told before the reading that made this one listen was answered, or be too early
    // for the watcher, which another reading began.
    const isDeleted = watcher.deletedAtRevision >= listener.fromRevision;
    if (isDeleted || watcher.fromRevision > listener.fromRevision) {
      queueMicrotask(() => this.#tell(watcher, listener, isDeleted));
    }
    return () => this.#forget(watcher, listener);
  }

  /** Gives every hint that is left, since nothing more will be heard. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.cancel();
    for (const watcher of this.#watchers.values()) this.#tellAll(watcher);
  }

  #create(key: Buffer, startRevision: string): Watcher {
    this.#count += 1;
    const id = String(this.#count);
    const watcher: Watcher = {
      key: key.toString("latin1"),
      fromRevision: BigInt(startRevision),
      listeners: new Set(),
      deletedAtRevision: 0n,
    };
    this.#watchers.set(id, watcher);
    this.#ofKey.set(watcher.key, watcher);
    const create = {
      key,
      start_revision: startRevision,
      filters: ["Noput" as const],
      watch_id: id,
    };
    const request: WatchRequest = { create_request: create };
    if (this.#stream === undefined) this.#unsent.push(request);
    else this.#stream.write(request);
    return watcher;
  }

  #open(stream: EtcdStream<WatchRequest, WatchResponse>): void {
    this.#stream = stream;
    // Cancelling makes it emit one, too.
    stream.on("error", () => this.end());
    stream.on("end", () => this.end());
    if (this.#isOver) {
      stream.cancel();
      return;
    }
    stream.on("data", (message) => this.#heard(message));
    for (const request of this.#unsent) stream.write(request);
    this.#unsent = [];
  }

  /** A watcher is cancelled by the server when its revision was compacted, sometimes without a reason. */
  #heard({ watch_id, canceled, events }: WatchResponse): void {
    const watcher = this.#watchers.get(watch_id);
    if (watcher === undefined) return;
    if (canceled) {
      this.#watchers.delete(watch_id);
      this.#ofKey.delete(watcher.key);
      this.#tellAll(watcher);
      return;
    }
    for (const { kv } of events) watcher.deletedAtRevision = BigInt(kv.mod_revision);
    for (const listener of [...watcher.listeners]) {
      if (watcher.deletedAtRevision >= listener.fromRevision) this.#tell(watcher, listener, true);
    }
  }

  #tellAll(watcher: Watcher): void {
    for (const listener of [...watcher.listeners]) this.#tell(watcher, listener, false);
  }

  #tell(watcher: Watcher, listener: Listener, isDeleted: boolean): void {
    if (this.#forget(watcher, listener)) listener.hint(isDeleted);
  }

  #forget(watcher: Watcher, listener: Listener): boolean {
    const wasThere = watcher.listeners.delete(listener);
    if (wasThere) this.#listenerCount -= 1;
    return wasThere;
  }
}
