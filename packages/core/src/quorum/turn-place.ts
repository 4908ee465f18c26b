import { InDoubt } from "../in-doubt.ts";
import type { ReleaseRequest, TurnQueue } from "../provider.ts";
import { Releaser } from "../releaser.ts";
import type { QuorumSettings } from "./quorum-options.ts";

/** How long one release may take before it is sent again. */
const RELEASE_TIMEOUT_MS = 1_000;

/** Where turns are taken at one member, and given back until that is known. */
export class TurnPlace {
  readonly queue: TurnQueue;
  readonly #inDoubt: InDoubt;
  readonly #releaser: Releaser;

  constructor(queue: TurnQueue, { clock, elapsed, random }: QuorumSettings) {
    this.queue = queue;
    const provider = queue;
    this.#releaser = new Releaser({ provider, clock, releaseTimeoutMs: RELEASE_TIMEOUT_MS });
    this.#inDoubt = new InDoubt({ provider, clock, elapsed, random }, this.#releaser);
  }

  /** Until it is answered or the ttl has passed. */
  release(request: ReleaseRequest): void {
    void this.#inDoubt.release(request);
  }

  /** Resolves when every release is answered. */
  drained(): Promise<void> {
    return this.#inDoubt.drained();
  }

  /** Ends every retry. */
  stop(): void {
    this.#inDoubt.stop();
    this.#releaser.stop();
  }
}
