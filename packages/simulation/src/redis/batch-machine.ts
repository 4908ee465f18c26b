import { BATCHED } from "@holdfast/redis/scripts";
import { acquire, acquireUnfenced } from "./acquire-machines.ts";
import { release } from "./release-machines.ts";
import { ReplyError } from "./reply-error.ts";
import { operand, type ScriptMachine } from "./script-machine.ts";

/** By the letter that stands for each in a batch. */
const MACHINES: ReadonlyMap<string, ScriptMachine> = new Map([
  ["a", acquire],
  ["u", acquireUnfenced],
  ["r", release],
]);

/** BATCH: KEYS of each item. ARGV letters, then those of each item. */
export const batch: ScriptMachine = (keyspace, keys, argv) => {
  let [keysDone, argsDone] = [0, 1];
  return [...operand(argv, 0)].map((letter) => {
    const part = BATCHED.find((batched) => batched.letter === letter);
    const machine = MACHINES.get(letter);
    if (part === undefined || machine === undefined) throw new Error(`no script is ${letter}`);
    const itemKeys = keys.slice(keysDone, keysDone + part.keyCount);
    const itemArgs = argv.slice(argsDone, argsDone + part.argCount);
    keysDone += part.keyCount;
    argsDone += part.argCount;
    try {
      return machine(keyspace, itemKeys, itemArgs);
    } catch (error) {
      if (error instanceof ReplyError) return `!${error.message}`;
      throw error;
    }
  });
};
