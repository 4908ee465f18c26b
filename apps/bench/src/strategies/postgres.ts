import type { Lease } from "@holdfast/core";
import { LEASE_TTL_MS, type LockClient, type Strategy, type Target } from "../strategy.ts";
import { clientOfLocks } from "./client-of-locks.ts";
import { handoffOf } from "./handoff-of.ts";
import { prefixOf } from "./prefix-of.ts";
import { requireUrl } from "./require-url.ts";

/** Holdfast over one PostgreSQL server; minting a token flushes its write-ahead log. */
export const postgres: Strategy = {
  id: "postgres",
  about: "Holdfast over one PostgreSQL server, through pg",
  backend: "postgres",
  abilities: {
    fencing: true,
    waitsWithoutPolling: true,
    lossSignal: true,
    renewal: true,
    fairness: false,
    quorum: false,
  },
  comparedWith: ["raw-pg"],
  handsOffLocally: true,
  waits: true,
  packageName: "@holdfast/postgres",
  open: (target) => open(target, true),
};

/** The same without tokens, which is what the raw driver and the other packages do. */
export const postgresUnfenced: Strategy = {
  ...postgres,
  id: "postgres-unfenced",
  about: "Holdfast over one PostgreSQL server, through pg, without fencing tokens",
  abilities: { ...postgres.abilities, fencing: false },
  async open(target) {
    const { token, ...client } = await open(target, false);
    return client;
  },
};

async function open(
  target: Target,
  fencing: boolean,
): Promise<LockClient<Lease<bigint | undefined>>> {
  const core = await import("@holdfast/core");
  const adapter = await import("@holdfast/postgres");
  const provider = adapter.postgres({ url: requireUrl(target), fencing, ...prefixOf(target) });
  const locks = core.createLocks({ provider, ttlMs: LEASE_TTL_MS, ...handoffOf(target) });
  return clientOfLocks(locks);
}
