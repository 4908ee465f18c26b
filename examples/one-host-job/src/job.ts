import { once } from "node:events";
import { createLocks, LockError } from "@holdfast/core";
import { redis } from "@holdfast/redis";
import type { HostMessage } from "./host.ts";

/** The program of one host. Every host runs it; the lock decides which one does the job. */
const send = (message: HostMessage): void => void process.send?.(message);

const url = process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379";
await using locks = createLocks({ provider: redis({ url }), ttlMs: 1_000 });

try {
  await locks.using("jobs/nightly-report", async ({ fencingToken }) => {
    send({ says: "has the job" });
    await once(process, "message");
    // `lease.assertValid()` belongs here. It is left out to show what happens to a write that was
    // already on its way when the host stopped.
    send({ writes: true, fencingToken });
  });
} catch (error) {
  send({ says: `is told: ${LockError.is(error) ? error.code : error}` });
}

process.disconnect();
