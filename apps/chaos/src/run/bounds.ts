import type { CheckOptions } from "@holdfast/history";
import type { BackendName } from "../ground.ts";

/** What a run expects of a backend, and what it asks of it. */
export interface Bounds {
  /** Lengths that leases are asked for; the backend takes them as they are. */
  readonly ttlsMs: readonly number[];
  /** How long a fresh client may wait for a name when everything is mended. */
  readonly progressMs: number;
  /** How long after the end of everybody something may still be on the servers: leases of those who were killed. */
  readonly leftoverMs: number;
  readonly check: CheckOptions;
}

/**
 * The guarantees page has the bounds; here they have slack, since two cores run a dozen processes and servers. What
 * is exact (exclusion, tokens, the resource, ownership, an order for everything) has no bound and no slack.
 */
const SLACK: CheckOptions = {
  /** A loss is told by the deadline on an idle loop. */
  noticeMs: 1_000,
  /** A free name with a waiter is granted within 1 s where messages are lost, and 3 s behind a dead waiter. */
  wakeUpMs: 8_000,
  handOffMs: 8_000,
  crashHandOffMs: 8_000,
  availableMs: 3_000,
  /** Clients connect again, tombstones and restart guards end. */
  settleMs: 4_000,
  /** Requests wait in stopped servers and in proxies for as long as a fault lasts, and a little. */
  deliveryMs: 6_000,
};

const TTLS_MS: readonly number[] = [500, 1_000, 2_000];

const byTtl: Bounds = { ttlsMs: TTLS_MS, progressMs: 15_000, leftoverMs: 20_000, check: SLACK };

export const bounds: Readonly<Record<BackendName, Bounds>> = {
  redis: byTtl,
  redlock: byTtl,
  // Its locks end with a session; classes of ttls are whole seconds, powers of two.
  postgres: { ...byTtl, ttlsMs: [1_000, 2_000, 4_000] },
  // A leader change gives every lease its whole ttl again.
  etcd: { ...byTtl, ttlsMs: [2_000, 4_000], progressMs: 25_000 },
};
