import type { Clock, Timer } from "@holdfast/core";
import type { Endpoints } from "./endpoints.ts";
import { type Hint, WatchStream } from "./watch-stream.ts";

/** Watchers on one stream before a new one is opened and the old ends with its last one. */
const WATCHERS_PER_STREAM_MAX = 256;
/** How long a stream without watchers stays open: under contention the next one comes soon. */
const IDLE_MS_MAX = 1_000;

/** The watchers of one provider, on as few streams as possible. Without watchers there is no stream. */
export class Watches {
  readonly #endpoints: Endpoints;
  readonly #clock: Clock;
  readonly #streams = new Set<WatchStream>();
  #current: WatchStream | undefined;
  #idleTimer: Timer | undefined;
  #isClosed = false;

  constructor(endpoints: Endpoints, clock: Clock) {
    this.#endpoints = endpoints;
    this.#clock = clock;
  }

  /** Gives one hint when `key` is deleted from that revision on, or may have been. Returns how to end it. */
  watch(key: Buffer, startRevision: string, hint: Hint): () => void {
    if (this.#isClosed) {
      queueMicrotask(() => hint(false));
      return () => undefined;
    }
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    const stream = this.#open();
    const stop = stream.watch(key, startRevision, hint);
    return () => {
      stop();
      this.#tidy();
    };
  }

  /** A deletion was not told: whatever streams there are may be mute. */
  distrust(): void {
    for (const stream of [...this.#streams]) stream.end();
    this.#tidy();
  }

  close(): void {
    this.#isClosed = true;
    this.distrust();
    this.#idleTimer?.cancel();
  }

  #open(): WatchStream {
    const current = this.#current;
    if (current && !current.isOver && current.count < WATCHERS_PER_STREAM_MAX) return current;
    const stream = new WatchStream(this.#endpoints.client());
    this.#streams.add(stream);
    this.#current = stream;
    return stream;
  }

  #tidy(): void {
    for (const stream of this.#streams) {
      if (stream !== this.#current && stream.isIdle) stream.end();
      if (stream.isOver) this.#streams.delete(stream);
    }
    const isIdle = this.#current?.isIdle === true && !this.#current.isOver;
    if (!isIdle || this.#idleTimer !== undefined) return;
    this.#idleTimer = this.#clock.setTimer(IDLE_MS_MAX, () => this.#endIdle(), { ref: false });
  }

  #endIdle(): void {
    this.#idleTimer = undefined;
    if (this.#current?.isIdle) this.#current.end();
    this.#tidy();
  }
}
