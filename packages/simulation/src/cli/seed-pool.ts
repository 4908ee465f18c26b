import { Worker } from "node:worker_threads";
import type { Chunk, ChunkResult } from "./seed-message.ts";

/** What a pool is to run, and when it is to stop. */
export interface PoolOptions {
  readonly jobs: number;
  /** The next seeds, or undefined when there are none. */
  next(): Chunk | undefined;
  onResult(result: ChunkResult): void;
}

/**
 * Runs chunks of seeds on threads until none is left; a thread that fails ends all of them. Threads
 * and no processes, since a world needs nothing of its own but a core.
 */
export async function runPool({ jobs, next, onResult }: PoolOptions): Promise<void> {
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      const thread = new Worker(new URL("./seed-thread.js", import.meta.url));
      try {
        for (let chunk = next(); chunk !== undefined; chunk = next()) {
          onResult(await ask(thread, chunk));
        }
      } finally {
        await thread.terminate();
      }
    }),
  );
}

function ask(thread: Worker, chunk: Chunk): Promise<ChunkResult> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      thread.off("message", onMessage);
      thread.off("error", onError);
    };
    const onMessage = (result: ChunkResult): void => {
      settle();
      resolve(result);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error);
    };
    thread.on("message", onMessage);
    thread.on("error", onError);
    thread.postMessage(chunk);
  });
}
