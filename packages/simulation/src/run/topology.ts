/** What the locks of a run are kept on. */
export const topologies = ["memory", "remote", "redis"] as const;

export type Topology = (typeof topologies)[number];
