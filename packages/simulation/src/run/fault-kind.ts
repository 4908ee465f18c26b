import type { Topology } from "./topology.ts";

/**
 * What may go wrong in a run.
 *
 * Of what `docs/guarantees.md` promises nothing under, some is simulated and less is expected then, see
 * {@link takesLocks} and {@link keepsTokens}. The rest is left out:
 *
 * - clocks that run apart by more than 1 %, and a sleep of less than 50 ms;
 * - a ticket that is delivered twice, a request that is delayed for longer than its tombstone lives (the
 *   auditor looks away then), a lock that an operator breaks;
 * - members of one quorum whose clocks differ by more than a tenth of the restart guard for longer than a
 *   fault lasts: their votes do not count together, which is safe and ends all progress;
 * - a memory provider that is lost with its process: its restart is only a while out of reach;
 * - eviction, failover, replicas and errors such as READONLY: the adapter's tests have real ones.
 */
export type FaultKind =
  | "client-pause"
  | "client-sleep"
  | "client-wall-jump"
  | "client-death"
  | "client-close"
  | "client-stall"
  | "slow-network"
  | "block-to-server"
  | "block-to-client"
  | "block-both"
  | "reset"
  | "server-hang"
  | "server-restart"
  | "server-clock-back"
  | "forget-scripts"
  | "flush-all"
  | "delete-lock"
  | "lose-second"
  | "lose-all"
  | "server-clock-forward";

const ENDS_LOCKS: readonly FaultKind[] = ["flush-all", "delete-lock", "server-clock-forward"];

/**
 * The faults that end a lock under its holder: exclusion is not promised over them. A member of a
 * quorum that was restarted without its data votes again only when what it forgot has ended.
 */
export function takesLocks(topology: Topology): ReadonlySet<FaultKind> {
  const isQuorum = topology.startsWith("quorum");
  return new Set(isQuorum ? ENDS_LOCKS : [...ENDS_LOCKS, "lose-second", "lose-all"]);
}

const LOSES_TOKENS: readonly FaultKind[] = ["flush-all", "lose-second", "lose-all"];

/**
 * Whether tokens rise all the same. Without its counter a server goes on from its clock, which must not
 * have been set then. A quorum whose members were flushed does not know that they forgot its tokens.
 */
export function keepsTokens(topology: Topology, faults: readonly FaultKind[]): boolean {
  const isQuorum = topology.startsWith("quorum");
  if (isQuorum && faults.includes("flush-all")) return false;
  const isSet =
    faults.includes("server-clock-back") || (isQuorum && faults.includes("server-clock-forward"));
  return !(isSet && faults.some((fault) => LOSES_TOKENS.includes(fault)));
}

const OF_CLIENTS: readonly FaultKind[] = [
  "client-pause",
  "client-sleep",
  "client-wall-jump",
  "client-close",
  "client-stall",
];

const OF_NETWORKS: readonly FaultKind[] = [
  "client-death",
  "slow-network",
  "block-to-server",
  "block-to-client",
  "block-both",
  "reset",
  "server-hang",
  "server-restart",
];

const OF_REDIS: readonly FaultKind[] = [
  "server-clock-back",
  "forget-scripts",
  "flush-all",
  "delete-lock",
  "lose-second",
  "lose-all",
  "server-clock-forward",
];

/** What can go wrong where. */
export const FAULTS_BY_TOPOLOGY: Readonly<Record<Topology, readonly FaultKind[]>> = {
  memory: OF_CLIENTS,
  remote: [...OF_CLIENTS, ...OF_NETWORKS],
  redis: [...OF_CLIENTS, ...OF_NETWORKS, ...OF_REDIS],
  "quorum-remote-3": [...OF_CLIENTS, ...OF_NETWORKS],
  "quorum-remote-5": [...OF_CLIENTS, ...OF_NETWORKS],
  "quorum-redis-3": [...OF_CLIENTS, ...OF_NETWORKS, ...OF_REDIS],
  "quorum-redis-5": [...OF_CLIENTS, ...OF_NETWORKS, ...OF_REDIS],
};
