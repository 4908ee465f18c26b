import type { AcquireRequest, Clock } from "@holdfast/core";

const SINCE_DIGITS = 13;
const OURS = /^(\d{13}):/;

/** What a lock's key holds: `since:description`. It proves nothing. */
export function storedValue({ description }: AcquireRequest, clock: Clock): Buffer {
  const since = String(Math.trunc(clock.wallMs())).padStart(SINCE_DIGITS, "0");
  return Buffer.from(`${since}:${description ?? ""}`);
}

/** Since when and what for; nothing of a key that others wrote. */
export function parseValue(value: Buffer): { sinceMs?: number; description?: string } {
  const text = value.toString();
  const since = OURS.exec(text)?.[1];
  if (since === undefined) return {};
  return { sinceMs: Number(since), description: text.slice(SINCE_DIGITS + 1) };
}
