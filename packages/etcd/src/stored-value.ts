import type { AcquireRequest, Clock } from "@holdfast/core";
import type { KeyValue } from "./etcd-client.ts";

const SINCE_DIGITS = 13;
const OURS = /^[\w-]+:(\d{13}):(.*)$/s;

/** What a lock's key holds: `holderId:since:description`. */
export function storedValue({ holderId, description }: AcquireRequest, clock: Clock): Buffer {
  const since = String(Math.trunc(clock.wallMs())).padStart(SINCE_DIGITS, "0");
  return Buffer.from(`${holderId}:${since}:${description ?? ""}`);
}

/** The key of that holder among those of a name, where it has one. */
export function keyOf(holderId: string, found: readonly KeyValue[] = []): KeyValue | undefined {
  return found.find(({ value }) => value.toString().startsWith(`${holderId}:`));
}

/** Since when and what for, and never the holderId; nothing of a key that others wrote. */
export function parseValue(value: Buffer): { sinceMs?: number; description?: string } {
  const [, since, description] = OURS.exec(value.toString()) ?? [];
  if (since === undefined || description === undefined) return {};
  return { sinceMs: Number(since), description };
}
