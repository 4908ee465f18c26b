import { LockError } from "@holdfast/core";
import { textOf } from "../reply.ts";

/** A place in the queue, as the server saw it. */
export interface PlaceReply {
  readonly kind: "waiting";
  /** The fence counter: a grant to this place after this reply has a larger token. */
  readonly stamp: bigint;
  /** Of the present holder, negative when there is no end to it, or no holder. */
  readonly remainingMs: number;
  /** 0 for the first. */
  readonly rank: number;
}

/** What JOIN_QUEUE and one item of HEARTBEAT answer. The first byte of the reply says which. */
export type WaitReply =
  | { readonly kind: "granted"; readonly token: bigint }
  | PlaceReply
  /** It neither holds nor waits. */
  | { readonly kind: "absent" }
  /** Of JOIN_QUEUE a tombstone, without a text; of HEARTBEAT this item's own error. */
  | { readonly kind: "refused"; readonly text: string };

const PLACE = /^=(\d+) (-?\d+) (\d+)$/;

export function waitReply(reply: unknown): WaitReply {
  const text = textOf(reply);
  const rest = text.slice(1);
  if (text[0] === "+") return { kind: "granted", token: BigInt(rest) };
  if (text[0] === "!") return { kind: "refused", text: rest };
  if (text === "-") return { kind: "absent" };
  const [, stamp, remainingMs, rank] = PLACE.exec(text) ?? [];
  if (stamp === undefined) {
    throw new LockError("BACKEND_REJECTED", "redis: the queue answered something unexpected", {
      outcome: "unknown",
    });
  }
  return {
    kind: "waiting",
    stamp: BigInt(stamp),
    remainingMs: Number(remainingMs),
    rank: Number(rank),
  };
}

/** What a waiter's inbox is told: "holderId token claimMs". */
export interface GrantMessage {
  readonly holderId: string;
  readonly token: bigint;
}

const MESSAGE = /^([\w-]+) (\d+) \d+$/;

/** Undefined for a message that is not one of ours. */
export function grantMessage(text: string): GrantMessage | undefined {
  const [, holderId, token] = MESSAGE.exec(text) ?? [];
  if (holderId === undefined || token === undefined) return undefined;
  return { holderId, token: BigInt(token) };
}
