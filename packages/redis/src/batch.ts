import { BATCH, BATCHED, type BatchedScript, evalsha, type Script } from "./scripts.ts";
import type { Call } from "./sent-command.ts";

/** A call whose command can go out with others: the evalsha of one of the batched scripts. */
export type BatchedCall<Result> = Call<Result> & { readonly script: Script };

const bySha: ReadonlyMap<string | undefined, BatchedScript> = new Map(
  BATCHED.map((batched) => [batched.script.sha, batched]),
);

/** Evalsha, hash and number of keys, before the operands. */
const OPERANDS_AT = 3;

/** One command for all these calls, in their order. */
export function batchOf(calls: readonly Call<unknown>[]): { command: string[]; script: Script } {
  const keys: string[] = [];
  const args: string[] = [];
  let letters = "";
  for (const { command, script } of calls) {
    const batched = bySha.get(script?.sha);
    if (batched === undefined) throw new Error("this command cannot be part of a batch");
    const argsAt = OPERANDS_AT + batched.keyCount;
    letters += batched.letter;
    for (let at = OPERANDS_AT; at < argsAt; at += 1) keys.push(command[at] as string);
    for (let at = argsAt; at < command.length; at += 1) args.push(command[at] as string);
  }
  return { command: evalsha(BATCH, String(keys.length), ...keys, letters, ...args), script: BATCH };
}
