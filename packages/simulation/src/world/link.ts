import { nsOf } from "./nanoseconds.ts";
import type { RandomStream } from "./random-stream.ts";

export type Direction = "toServer" | "toClient";

/** How long messages take on the way, in milliseconds. */
export interface DelayTraits {
  readonly msMin: number;
  readonly msMax: number;
  /** How likely one takes far longer, up to `spikeMsMax`. */
  readonly spikeChance: number;
  readonly spikeMsMax: number;
}

/**
 * The network between one client and one server. A blocked direction keeps what is sent and delivers it
 * when it opens again, as retransmission does; who waits cannot tell that from silence.
 */
export class Link {
  readonly #random: RandomStream;
  readonly #blocks: Record<Direction, number> = { toServer: 0, toClient: 0 };
  readonly #onOpen: (() => void)[] = [];
  delay: DelayTraits;

  constructor(random: RandomStream, delay: DelayTraits) {
    this.#random = random;
    this.delay = delay;
  }

  isBlocked(direction: Direction): boolean {
    return this.#blocks[direction] > 0;
  }

  delayNs(): number {
    const { msMin, msMax, spikeChance, spikeMsMax } = this.delay;
    const isSpike = spikeChance > 0 && this.#random.chance(spikeChance);
    return nsOf(this.#random.between(msMin, isSpike ? spikeMsMax : msMax));
  }

  /** Blocks one direction until the function returned is called. */
  block(direction: Direction): () => void {
    this.#blocks[direction] += 1;
    let isOpen = false;
    return () => {
      if (isOpen) return;
      isOpen = true;
      this.#blocks[direction] -= 1;
      if (this.#blocks[direction] > 0) return;
      for (const callback of this.#onOpen.splice(0)) callback();
    };
  }

  /** Calls back once, when a direction opens. */
  onceOpen(callback: () => void): void {
    this.#onOpen.push(callback);
  }
}
