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
  readonly check: CheckOptions &
    Required<Pick<CheckOptions, "settleMs" | "deliveryMs" | "crashHandOffMs">>;
}

/**
 * The guarantees page has the bounds; here they have slack, since a few cores run a dozen processes and servers. What
 * is exact (exclusion, tokens, the resource, ownership, an order for everything) has no bound and no slack.
 */
const SLACK: Bounds["check"] = {
  /** A loss is told by the deadline on an idle loop. */
  noticeMs: 1_000,
  /** A free name with a waiter is granted at once, and within 1 s where messages are lost. */
  wakeUpMs: 3_000,
  handOffMs: 3_000,
  crashHandOffMs: 3_000,
  availableMs: 2_000,
  /**
   * Two of the longest ttls. Requests that were held up by a fault arrive at its end, so that locks of the dead, claims
   * of dead waiters and restart guards end by then, and clients have connected again.
   */
  settleMs: 4_000,
  /** Without a fault a request is there in a moment. */
  deliveryMs: 1_000,
};

const byTtl: Bounds = {
  ttlsMs: [500, 1_000, 2_000],
  progressMs: 15_000,
  leftoverMs: 20_000,
  check: SLACK,
};

export const bounds: Readonly<Record<BackendName, Bounds>> = {
  redis: byTtl,
  redlock: byTtl,
  // Its sessions end after classes of ttls: whole seconds, powers of two. That of a process that is gone ends at once.
  postgres: {
    ...byTtl,
    ttlsMs: [1_000, 2_000, 4_000],
    check: { ...SLACK, settleMs: 8_000, endsBy: "session" },
  },
  // A leader change gives every lease its whole ttl again. Tombstones of what other processes asked for hang on
  // leases of 120 s.
  etcd: {
    ...byTtl,
    ttlsMs: [2_000, 4_000],
    progressMs: 25_000,
    leftoverMs: 150_000,
    check: { ...SLACK, settleMs: 8_000 },
  },
};
