import type { Scene } from "../fault.ts";

/** How often a fault does something, and how long it waits after each time. */
export interface Repetition {
  /** At least once, and at most so often. */
  readonly countMax: number;
  /** Drawn anew each time, from the first to the second. */
  readonly pauseMs: readonly [min: number, max: number];
}

/** Does the same again and again, until it was often enough or the run ends. */
export async function severalTimes(
  { random, signal, sleep, note }: Scene,
  { countMax, pauseMs }: Repetition,
  act: () => unknown,
): Promise<void> {
  const count = random.integer(1, countMax);
  note(`${count} times`);
  for (let done = 0; done < count && !signal.aborted; done += 1) {
    await act();
    await sleep(random.between(...pauseMs));
  }
}
