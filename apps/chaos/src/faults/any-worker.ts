import type { Scene } from "../fault.ts";

/** The index of one process. */
export function anyWorker({ fleet, random, note }: Scene): number {
  const index = random.integer(0, fleet.size - 1);
  note(`worker ${index}`);
  return index;
}
