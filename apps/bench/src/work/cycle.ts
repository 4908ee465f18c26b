import type { LockClient } from "../strategy.ts";

/** Acquire and release with nothing in between, each awaited, as the strategy does it best. */
export type Cycle = (name: string) => Promise<void>;

const nothingToDo = async (): Promise<void> => {};

export function cycleOf(client: LockClient): Cycle {
  const { using } = client;
  if (using !== undefined) return (name) => using(name, nothingToDo);
  return async (name) => {
    const holding = await client.acquire(name);
    const released = client.release(name, holding);
    if (released !== undefined) await released;
  };
}
