import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Frees what nothing refers to any more, so that what is left can be counted. */
export function collectGarbage(): void {
  // The flag makes `gc` a global of every context made after it; the agent is started without.
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  gc();
}
