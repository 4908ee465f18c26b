import pTimeout from "p-timeout";
import type { LockClient } from "../strategy.ts";

/** Asks an agent for `contenders` callers that pass one lock among themselves as fast as they can. */
export interface LocalRequest {
  readonly name: string;
  readonly contenders: number;
  readonly seconds: number;
}

export interface LocalReply {
  /** Acquisitions of each contender within the slice. */
  readonly turns: readonly number[];
  /** Acquisitions by another contender than the one before. */
  readonly switchCount: number;
  /** Acquisitions after the end of the slice, while the queue emptied; the server saw them too. */
  readonly lateCount: number;
  /** Contenders that still waited when the time for that was over too; they have not been stopped. */
  readonly abandonedCount: number;
  readonly failureCount: number;
}

/** How long the queue may take to empty after the end of the slice. */
const DRAIN_MS_MAX = 3_000;
/** A contender that has failed so often in a row leaves, so that a fault does not become a busy loop. */
const FAILURE_COUNT_MAX = 10;

/** Lets all contenders take turn after turn, with nothing to do in between. It only counts. */
export async function localWork(client: LockClient, request: LocalRequest): Promise<LocalReply> {
  const crowd = new LocalCrowd(client, request);
  const contenders = Array.from({ length: request.contenders }, (_, index) => crowd.contend(index));
  await pTimeout(Promise.all(contenders), {
    milliseconds: request.seconds * 1000 + DRAIN_MS_MAX,
    fallback: () => [],
  });
  return crowd.reply;
}

class LocalCrowd {
  readonly #client: LockClient;
  readonly #name: string;
  readonly #untilMs: number;
  readonly #turns: number[];
  #latest = -1;
  #switchCount = 0;
  #lateCount = 0;
  #failureCount = 0;
  #leftCount = 0;

  constructor(client: LockClient, { name, contenders, seconds }: LocalRequest) {
    this.#client = client;
    this.#name = name;
    this.#turns = new Array<number>(contenders).fill(0);
    this.#untilMs = performance.now() + seconds * 1000;
  }

  get reply(): LocalReply {
    return {
      turns: this.#turns,
      switchCount: this.#switchCount,
      lateCount: this.#lateCount,
      abandonedCount: this.#turns.length - this.#leftCount,
      failureCount: this.#failureCount,
    };
  }

  /** Takes turn after turn until the slice ends. */
  async contend(contender: number): Promise<void> {
    let failuresInRow = 0;
    while (performance.now() < this.#untilMs && failuresInRow < FAILURE_COUNT_MAX) {
      try {
        await this.#takeTurn(contender);
        failuresInRow = 0;
      } catch {
        failuresInRow += 1;
        this.#failureCount += 1;
      }
    }
    this.#leftCount += 1;
  }

  async #takeTurn(contender: number): Promise<void> {
    const holding = await this.#client.acquire(this.#name);
    if (performance.now() < this.#untilMs) this.#count(contender);
    else this.#lateCount += 1;
    const released = this.#client.release(this.#name, holding);
    if (released !== undefined) await released;
  }

  #count(contender: number): void {
    this.#turns[contender] = (this.#turns[contender] ?? 0) + 1;
    if (this.#latest !== contender) this.#switchCount += 1;
    this.#latest = contender;
  }
}
