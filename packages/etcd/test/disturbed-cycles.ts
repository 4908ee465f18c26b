import { createLocks } from "@holdfast/core";
import { type HistoryEvent, hostClock, MemoryRecorder } from "@holdfast/history";
import { type EtcdCluster, until } from "@holdfast/test-servers";
import { etcd } from "../src/index.ts";
import { CyclingClient } from "./cycling-client.ts";

/** Longest time for one run, on a machine that is busy with others. */
export const CYCLES_MS_MAX = 300_000;
const CLIENT_COUNT = 3;
const LOCK_TTL_MS = 8_000;

/** How much is to happen. */
export interface Cycles {
  readonly cycleCount: number;
  readonly disturbanceCount: number;
  /** Done again and again while locks are taken and given back. */
  disturb(): Promise<void>;
}

/**
 * Clients in contention for one lock while a cluster is disturbed, with as many cycles between two
 * disturbances. Resolves with what they saw, when all of them have closed.
 */
export async function disturbedCycles(
  cluster: EtcdCluster,
  { cycleCount, disturbanceCount, disturb }: Cycles,
): Promise<readonly HistoryEvent[]> {
  const recorder = new MemoryRecorder(hostClock().nowNs);
  const clients = Array.from({ length: CLIENT_COUNT }, (_, index) => {
    const hosts = [...cluster.urls.slice(index), ...cluster.urls.slice(0, index)];
    const provider = etcd({ hosts, commandTimeoutMs: 1_000 });
    const locks = createLocks({ provider, unavailableMs: 20_000 });
    return { locks, cycling: new CyclingClient(`client ${index}`, locks, recorder) };
  });
  let doneCount = 0;
  const cycled = (): number => clients.reduce((sum, { cycling }) => sum + cycling.cycleCount, 0);
  const isOver = (): boolean => cycled() >= cycleCount && doneCount >= disturbanceCount;
  const running = clients.map(({ cycling }) => cycling.run("contended", LOCK_TTL_MS, isOver));
  for (; doneCount < disturbanceCount; doneCount += 1) {
    const enough = cycled() + cycleCount / (disturbanceCount + 1);
    await until("there are cycles enough", () => cycled() >= enough, CYCLES_MS_MAX);
    await disturb();
  }
  await Promise.all(running);
  for (const { locks } of clients) await locks.close();
  return recorder.events;
}
