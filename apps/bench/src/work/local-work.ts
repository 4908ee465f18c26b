import type { LockClient } from "../strategy.ts";

/** Asks an agent for `contenders` callers that pass one lock among themselves as fast as they can. */
export interface LocalRequest {
  readonly name: string;
  readonly contenders: number;
  readonly seconds: number;
}

export interface LocalReply {
  /** Acquisitions of each contender. */
  readonly turns: readonly number[];
  /** Acquisitions by another contender than the one before. */
  readonly switchCount: number;
  readonly failureCount: number;
  readonly elapsedMs: number;
}

/** A contender that has failed so often in a row leaves, so that a fault does not become a busy loop. */
const FAILURE_COUNT_MAX = 10;

/** Lets all contenders take turn after turn, with nothing to do in between. Counts, and times only the whole. */
export async function localWork(client: LockClient, request: LocalRequest): Promise<LocalReply> {
  const { name, contenders, seconds } = request;
  const turns = new Array<number>(contenders).fill(0);
  let switchCount = 0;
  let failureCount = 0;
  let latest = -1;
  const startMs = performance.now();
  const untilMs = startMs + seconds * 1000;
  const takeTurn = async (contender: number): Promise<void> => {
    const holding = await client.acquire(name);
    turns[contender] = (turns[contender] ?? 0) + 1;
    if (latest !== contender) switchCount += 1;
    latest = contender;
    const released = client.release(name, holding);
    if (released !== undefined) await released;
  };
  const contend = async (contender: number): Promise<void> => {
    let failuresInRow = 0;
    while (performance.now() < untilMs && failuresInRow < FAILURE_COUNT_MAX) {
      try {
        await takeTurn(contender);
        failuresInRow = 0;
      } catch {
        failuresInRow += 1;
        failureCount += 1;
      }
    }
  };
  await Promise.all(turns.map((_, contender) => contend(contender)));
  return { turns, switchCount, failureCount, elapsedMs: performance.now() - startMs };
}
