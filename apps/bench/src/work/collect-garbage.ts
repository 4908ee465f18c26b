import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What one collection releases, such as code that is no longer used, only the next one frees. */
const COLLECTION_COUNT = 4;

/** Frees what nothing refers to any more, so that what is left can be counted. */
export async function collectGarbage(): Promise<void> {
  // The flag makes `gc` a global of every context made after it; the agent is started without.
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let count = 0; count < COLLECTION_COUNT; count += 1) {
    gc();
    await nextTurn();
  }
}
