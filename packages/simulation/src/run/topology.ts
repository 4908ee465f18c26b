/** What the locks of a run are kept on. */
export const topologies = [
  "memory",
  "remote",
  "redis",
  "quorum-redis-3",
  "quorum-redis-5",
] as const;

export type Topology = (typeof topologies)[number];
