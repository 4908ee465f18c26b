import { setTimeout as sleepMs } from "node:timers/promises";
import pTimeout from "p-timeout";
import { hostUs } from "../host-clock.ts";
import type { LockClient } from "../strategy.ts";

/** Asks an agent for `contenders` callers that all want the one lock `name`, again and again. */
export interface ContenderRequest {
  readonly name: string;
  readonly contenders: number;
  readonly holdMs: number;
  /** Host time when to begin, the same in every process of the slice. */
  readonly fromUs: number;
  /** Host time of the end: nobody asks any more, and what is granted later does not count. */
  readonly untilUs: number;
}

/** One lease as its holder saw it, in host time. */
export interface Tenure {
  readonly contender: number;
  /** When it asked first: an acquire that rejected and was called again is one wait. */
  readonly askedUs: number;
  readonly grantedUs: number;
  readonly releasedUs: number;
}

export interface ContenderReply {
  readonly tenures: readonly Tenure[];
  /** For each wait without a grant in the slice, how long it had lasted until the end of that. */
  readonly unfinishedWaitsUs: readonly number[];
  /** Contenders that still waited when the time for that was over too; they have not been stopped. */
  readonly abandonedCount: number;
  /** Acquisitions after the end of the slice, while the queue emptied; the server saw them too. */
  readonly lateCount: number;
  readonly failureCount: number;
}

/** Stops a slice early rather than let a lock without hold time fill the memory. */
const TENURE_COUNT_MAX = 500_000;
/** How long the queue may take to empty after the end of the slice. */
const DRAIN_MS_MAX = 3_000;
/** Pause after an acquire that failed, so that a fault does not become a busy loop. */
const FAILURE_PAUSE_MS = 10;

/** Lets all contenders of one process loose on the lock and reports every lease they had. */
export async function contenderWork(
  client: LockClient,
  request: ContenderRequest,
): Promise<ContenderReply> {
  const crowd = new Crowd(client, request);
  await sleepMs(Math.max(0, (request.fromUs - hostUs()) / 1000));
  const contenders = Array.from({ length: request.contenders }, (_, index) => crowd.contend(index));
  const milliseconds = (request.untilUs - hostUs()) / 1000 + DRAIN_MS_MAX;
  await pTimeout(Promise.all(contenders), { milliseconds, fallback: () => crowd.abandon() });
  return crowd.log;
}

/** The contenders of one process, and what they write down. */
class Crowd {
  readonly log = {
    tenures: [] as Tenure[],
    unfinishedWaitsUs: [] as number[],
    abandonedCount: 0,
    lateCount: 0,
    failureCount: 0,
  };
  /** Who waits, and since when; through acquires that rejected, too. */
  readonly #waiting = new Map<number, number>();
  readonly #client: LockClient;
  readonly #request: ContenderRequest;

  constructor(client: LockClient, request: ContenderRequest) {
    this.#client = client;
    this.#request = request;
  }

  /** Takes turn after turn until the slice ends. */
  async contend(contender: number): Promise<void> {
    while (this.log.tenures.length < TENURE_COUNT_MAX) {
      // One reading decides and is noted: between two, the slice may end and the wait be negative.
      const nowUs = hostUs();
      if (nowUs >= this.#request.untilUs) break;
      const askedUs = this.#waiting.get(contender) ?? nowUs;
      this.#waiting.set(contender, askedUs);
      try {
        await this.#takeTurn(contender, askedUs);
      } catch {
        this.log.failureCount += 1;
        await sleepMs(FAILURE_PAUSE_MS);
      }
    }
    this.#cutShort(contender);
  }

  /** Notes the waits of those whom nobody waits for any more. */
  abandon(): void {
    this.log.abandonedCount = this.#waiting.size;
    for (const contender of this.#waiting.keys()) this.#cutShort(contender);
  }

  async #takeTurn(contender: number, askedUs: number): Promise<void> {
    const { name, holdMs, untilUs } = this.#request;
    const holding = await this.#client.acquire(name);
    const grantedUs = hostUs();
    if (grantedUs > untilUs) {
      this.log.lateCount += 1;
      this.#cutShort(contender);
    } else {
      this.#waiting.delete(contender);
      if (holdMs > 0) await sleepMs(holdMs);
      this.log.tenures.push({ contender, askedUs, grantedUs, releasedUs: hostUs() });
    }
    await this.#client.release(name, holding);
  }

  /** Notes a wait that the slice ended without a grant, if the contender has one. */
  #cutShort(contender: number): void {
    const askedUs = this.#waiting.get(contender);
    if (askedUs === undefined) return;
    this.#waiting.delete(contender);
    this.log.unfinishedWaitsUs.push(this.#request.untilUs - askedUs);
  }
}
