import { type Capabilities, type FencedProvider, LockError, systemClock } from "@holdfast/core";
import { LeaseClient } from "./lease-client.ts";

const CAPABILITIES = {
  fencing: "monotonic",
  endsBy: "ttl",
  waiting: "poll",
  fair: false,
  ttlMsMin: 20,
  ttlMsMax: 3_600_000,
  ttlResolutionMs: 1,
  transferable: true,
  scope: "network",
  exclusion: "exclusive",
  modes: ["exclusive"],
} as const satisfies Capabilities;

/** A provider over the lease service at `url`. */
export function leaseTable(url: string): FencedProvider {
  const client = new LeaseClient(url);
  return {
    name: "lease-table",
    capabilities: CAPABILITIES,
    async tryAcquire({ name, holderId, ttlMs, mode, signal }) {
      if (mode !== "exclusive") throw new LockError("UNSUPPORTED", `no mode ${mode}`);
      if (signal?.aborted) throw new LockError("ABORTED", "aborted before it was sent");
      const sentAtMs = systemClock.monotonicMs();
      const row = await client.take({ name, holderId, ttlMs }, signal).catch(unanswered);
      if (row.holderId !== holderId) {
        return { granted: false, why: "held", retryAfterMs: row.leftMs };
      }
      const fencingToken = BigInt(row.token);
      return { granted: true, name, holderId, ttlMs, fencingToken, sentAtMs, validMs: ttlMs };
    },
    async renew(requests) {
      const sentAtMs = systemClock.monotonicMs();
      try {
        const rows = await client.renew(requests);
        return requests.map(({ holderId, ttlMs }, index) => {
          const row = rows[index];
          if (row?.holderId !== holderId) return { status: "lost", why: "not the holder" };
          const fencingToken = BigInt(row.token);
          return { status: "renewed", sentAtMs, validMs: ttlMs, fencingToken };
        });
      } catch (cause) {
        return requests.map(() => ({ status: "unknown", cause }));
      }
    },
    release: (request) =>
      client.release(request).then(
        (released) => (released ? "released" : "absent"),
        () => "unknown",
      ),
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}

/** The request may have arrived: nobody can tell whether it took effect. */
function unanswered(cause: unknown): never {
  const words = "the lease service gave no answer";
  throw new LockError("BACKEND_UNAVAILABLE", words, { outcome: "unknown", cause });
}
