/** What the locks of a run are kept on. */
export const topologies = [
  "memory",
  "remote",
  "redis",
  "quorum-remote-3",
  "quorum-remote-5",
  "quorum-redis-3",
  "quorum-redis-5",
] as const;

export type Topology = (typeof topologies)[number];
