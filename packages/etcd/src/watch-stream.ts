import type { EtcdClient, EtcdStream, WatchRequest, WatchResponse } from "./etcd-client.ts";

/** Called once: the key was deleted, or else nothing more will be heard of it. */
export type Hint = (isDeleted: boolean) => void;

/**
 * One stream of watchers, each for the deletion of one key, each good for one hint.
 *
 * A watcher that is done is not cancelled: that would be a message more for every hand-off, and its key
 * never comes back. It goes with the stream.
 */
export class WatchStream {
  readonly #hints = new Map<string, Hint>();
  #stream: EtcdStream<WatchRequest, WatchResponse> | undefined;
  #unsent: WatchRequest[] = [];
  #count = 0;
  #isOver = false;

  constructor(client: Promise<EtcdClient>) {
    client
      .then((it) => it.watchClient.watch())
      .then(
        (stream) => this.#open(stream),
        () => this.end(),
      );
  }

  /** Watchers made so far, done or not. */
  get count(): number {
    return this.#count;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isIdle(): boolean {
    return this.#hints.size === 0;
  }

  /** Watches for the deletion of `key` from that revision on. Returns the watcher's number. */
  watch(key: Buffer, startRevision: string, hint: Hint): string {
    this.#count += 1;
    const id = String(this.#count);
    this.#hints.set(id, hint);
    const create = {
      key,
      start_revision: startRevision,
      filters: ["Noput" as const],
      watch_id: id,
    };
    const request: WatchRequest = { create_request: create };
    if (this.#stream === undefined) this.#unsent.push(request);
    else this.#stream.write(request);
    return id;
  }

  /** Nobody wants that hint any more. */
  forget(id: string): void {
    this.#hints.delete(id);
  }

  /** Gives every hint that is left, since nothing more will be heard. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.cancel();
    const hints = [...this.#hints.values()];
    this.#hints.clear();
    for (const hint of hints) hint(false);
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
    if (!canceled && events.length === 0) return;
    const hint = this.#hints.get(watch_id);
    this.#hints.delete(watch_id);
    hint?.(!canceled);
  }
}
