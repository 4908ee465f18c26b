import { LockError, type RenewOutcome } from "@holdfast/core";
import { classifyError, faultError } from "./classify-error.ts";

/** What the acquire scripts answer. The first byte of the reply says which. */
export type AcquireReply =
  | {
      readonly kind: "granted";
      readonly token: bigint | undefined;
      /** The server's own clock; a member says it with a new grant. */
      readonly serverTimeMs?: number;
    }
  | { readonly kind: "held"; readonly remainingMs: number | undefined }
  /** This holder gave up before this copy of its request arrived. */
  | { readonly kind: "tombstoned" }
  /** The member's marker is not the one that was verified. */
  | { readonly kind: "unverified" }
  /** The name's fence counter is too far ahead of the member's clock, for as long. */
  | { readonly kind: "ahead"; readonly remainingMs: number | undefined };

const TOMBSTONED: AcquireReply = { kind: "tombstoned" };
const UNVERIFIED: AcquireReply = { kind: "unverified" };

export function acquireReply(reply: unknown): AcquireReply {
  const text = textOf(reply);
  switch (text[0]) {
    case "+":
      return grantedReply(text);
    case "-":
      return { kind: "held", remainingMs: remainingOf(text.slice(1)) };
    case "!":
      return TOMBSTONED;
    case "~":
      return UNVERIFIED;
    case "=":
      return { kind: "ahead", remainingMs: remainingOf(text.slice(1)) };
    default:
      throw strange();
  }
}

/** "+token", or "+token@seconds.microseconds" from a member. */
function grantedReply(text: string): AcquireReply {
  const at = text.indexOf("@");
  if (at < 0) return { kind: "granted", token: tokenOf(text) };
  const point = text.indexOf(".", at);
  const serverTimeMs =
    Number(text.slice(at + 1, point)) * 1_000 + Number(text.slice(point + 1)) / 1_000;
  return { kind: "granted", token: tokenOf(text.slice(0, at)), serverTimeMs };
}

/** What the renew scripts answer for one item. */
export function renewReply(reply: unknown, sentAtMs: number, ttlMs: number): RenewOutcome {
  const text = textOf(reply);
  if (text[0] === "+") {
    return { status: "renewed", sentAtMs, validMs: ttlMs, fencingToken: tokenOf(text) };
  }
  if (text === "-") return { status: "lost", why: "absent" };
  if (text === "-x") return { status: "lost", why: "taken" };
  if (text[0] !== "!") throw strange();
  const cause = faultError(classifyError(new Error(text.slice(1))), "not-applied");
  return { status: "unknown", cause };
}

/** A PTTL as a script says it; undefined where a key has no expiry. */
export function remainingOf(text: string): number | undefined {
  const remainingMs = Number(text);
  return remainingMs >= 0 ? remainingMs : undefined;
}

/** Drivers answer with strings, or with buffers where their user asked for that. */
export function textOf(reply: unknown): string {
  if (typeof reply === "string") return reply;
  if (Buffer.isBuffer(reply)) return reply.toString();
  throw strange();
}

export function listOf(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw strange();
}

/** A token after its leading byte; without fencing there is none. */
function tokenOf(text: string): bigint | undefined {
  return text.length === 1 ? undefined : BigInt(text.slice(1));
}

function strange(): LockError {
  return new LockError("BACKEND_REJECTED", "redis: the server answered something unexpected", {
    outcome: "unknown",
  });
}
