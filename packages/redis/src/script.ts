import { createHash } from "node:crypto";

/** A Lua script and the name under which a server that has seen it knows it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/** The command that runs a script by its hash. `operands` are the number of keys, keys, arguments. */
export function evalsha(script: Script, ...operands: string[]): string[] {
  return ["evalsha", script.sha, ...operands];
}

/** The command that brings its script along, for when the reply that asks for it may be lost. */
export function evalInFull(script: Script, ...operands: string[]): string[] {
  return ["eval", script.text, ...operands];
}

/** A script of that source, without the empty lines that joining its parts left. */
export function script(source: string): Script {
  const text = source.trim().replaceAll(/\n+/g, "\n");
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
