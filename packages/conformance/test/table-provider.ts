import {
  type AcquireRequest,
  type Capabilities,
  LockError,
  type LockProvider,
  type RenewOutcome,
  systemClock,
} from "@holdfast/core";

/** A backend of the simplest kind: rows with an end, one counter, and the holders it shut out. */
export class Table {
  readonly rows = new Map<string, { holderId: string; token: bigint; endsAtMs: number }>();
  readonly shutOut = new Set<string>();
  fence = 0n;
}

const CAPABILITIES: Capabilities = {
  fencing: "monotonic",
  endsBy: "ttl",
  waiting: "poll",
  fair: false,
  ttlMsMin: 1,
  ttlMsMax: 3_600_000,
  ttlResolutionMs: 1,
  transferable: true,
  scope: "process",
  exclusion: "exclusive",
  modes: ["exclusive"],
};

/** A third party's provider: what a backend must offer, in about 40 lines. */
export function tableProvider(table: Table): LockProvider {
  const nowMs = (): number => systemClock.monotonicMs();
  const rowOf = (name: string) => {
    const row = table.rows.get(name);
    if (row !== undefined && row.endsAtMs <= nowMs()) table.rows.delete(name);
    return table.rows.get(name);
  };
  return {
    name: "table",
    capabilities: CAPABILITIES,
    async tryAcquire({ name, holderId, ttlMs, mode, signal }: AcquireRequest) {
      if (mode !== "exclusive") throw new LockError("UNSUPPORTED", `no mode ${mode}`);
      if (signal?.aborted) throw new LockError("ABORTED", "aborted before it was sent");
      const row = rowOf(name);
      if (table.shutOut.has(holderId)) return { granted: false, why: "held" };
      if (row !== undefined && row.holderId !== holderId) {
        return { granted: false, why: "held", retryAfterMs: row.endsAtMs - nowMs() };
      }
      const token = row?.token ?? ++table.fence;
      const sentAtMs = nowMs();
      table.rows.set(name, { holderId, token, endsAtMs: sentAtMs + ttlMs });
      return {
        granted: true,
        name,
        holderId,
        ttlMs,
        fencingToken: token,
        sentAtMs,
        validMs: ttlMs,
      };
    },
    async renew(requests) {
      return requests.map(({ name, holderId, ttlMs }): RenewOutcome => {
        const row = rowOf(name);
        if (row?.holderId !== holderId) return { status: "lost", why: "held by another or nobody" };
        const sentAtMs = nowMs();
        row.endsAtMs = sentAtMs + ttlMs;
        return { status: "renewed", sentAtMs, validMs: ttlMs, fencingToken: row.token };
      });
    },
    async release({ name, holderId, inDoubt }) {
      if (inDoubt) table.shutOut.add(holderId);
      if (rowOf(name)?.holderId !== holderId) return "absent";
      table.rows.delete(name);
      return "released";
    },
    async [Symbol.asyncDispose]() {
      // A table needs no connection.
    },
  };
}
