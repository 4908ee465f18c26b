import type { Keyspace } from "./keyspace.ts";

/**
 * What a Lua script of `@holdfast/redis` does, again in TypeScript: reads and writes the keyspace and
 * returns the reply. A returned ReplyError is the script's own error reply, a thrown one that of a
 * command in it.
 */
export type ScriptMachine = (
  keyspace: Keyspace,
  keys: readonly string[],
  argv: readonly string[],
) => unknown;

/** The operand at that place; the scripts are always sent with all of theirs. */
export function operand(operands: readonly string[], at: number): string {
  const text = operands[at];
  if (text === undefined) throw new Error(`a script was sent without its operand ${at}`);
  return text;
}
