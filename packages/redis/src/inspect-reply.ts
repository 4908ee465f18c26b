import type { LockState } from "@holdfast/core";
import { listOf, remainingOf, textOf } from "./reply.ts";

/** Decodes the reply of INSPECT. A foreign lock tells only that it is held and for how long. */
export function inspectReply(name: string, reply: unknown): LockState {
  const [waiting, incarnation, pttl = "", token = "", since = "", description = ""] =
    listOf(reply).map(textOf);
  const waiters = Number(waiting);
  if (incarnation === undefined) return { name, held: false, waiters };
  const remainingMs = remainingOf(pttl);
  return {
    name,
    held: true,
    incarnation,
    waiters,
    ...(remainingMs === undefined ? {} : { remainingMs }),
    ...(token === "" ? {} : { fencingToken: BigInt(token) }),
    ...(since === "" ? {} : { sinceMs: Number(since) }),
    ...(description === "" ? {} : { description }),
  };
}
