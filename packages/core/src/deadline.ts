/** How much of a ttl is given up so that the holder ends before the backend does. */
export interface SafetyAllowance {
  /** Clocks running at different rates; undefined means 1 % of the validity plus 2 ms. */
  readonly driftMs: number | undefined;
  /** Late timers; undefined means 1 % of the validity, at least 5 ms. */
  readonly marginMs: number | undefined;
}

/**
 * When a holder must stop relying on its lock: `sentAt + valid − drift − margin`, counted from before
 * the request left, so that network delay shortens the validity and never stretches it. The first claim of a
 * hand-off is shorter than the ttl, and so is what is given up of it.
 *
 * The drift formula is that of the Redlock page (https://redis.io/docs/latest/develop/use/patterns/distributed-locks/).
 */
export function deadlineMs(
  sentAtMs: number,
  { validMs, ttlMs }: { readonly validMs: number; readonly ttlMs: number },
  allowance: SafetyAllowance,
): number {
  const countedMs = Math.min(validMs, ttlMs);
  const driftMs = allowance.driftMs ?? countedMs * 0.01 + 2;
  const marginMs = allowance.marginMs ?? Math.max(5, countedMs * 0.01);
  return sentAtMs + validMs - driftMs - marginMs;
}

/** When the next renewal leaves: after a third of the ttl, and half-way to the deadline at the latest. */
export function renewalMs(sentAtMs: number, validMs: number, endMs: number): number {
  return sentAtMs + Math.min(validMs / 3, (endMs - sentAtMs) / 2);
}
