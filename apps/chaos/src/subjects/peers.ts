import { strategies } from "@holdfast/bench/strategies";
import type { BackendName } from "../ground.ts";
import type { Subject } from "../subject.ts";
import type { PeerTraits } from "./peer-client.ts";

/** One of the benchmark's ways to take a lock. */
export type Strategy = (typeof strategies)[number];

/** Which strategy of the benchmark stands for a library on each backend. */
interface Peer extends Pick<PeerTraits, "ttlMsMin"> {
  readonly id: string;
  readonly about: string;
  readonly strategies: Readonly<Partial<Record<BackendName, string>>>;
}

/**
 * What a user might pick instead. On one server each is as it comes. Over a quorum drivers and libraries are set for it, as
 * the benchmark does: a silent member is given up after a second, where as they come they wait for it without end.
 */
const PEERS: readonly Peer[] = [
  {
    id: "redlock",
    about: "package redlock 5 beta",
    strategies: { redis: "node-redlock-5", redlock: "node-redlock-5-x5-tuned" },
    // It extends locks half a second before they end, and refuses those that are hardly longer.
    ttlMsMin: 1_000,
  },
  {
    id: "redlock-universal",
    about: "package redlock-universal",
    strategies: { redis: "redlock-universal", redlock: "redlock-universal-x5-tuned" },
  },
  {
    id: "redis-semaphore",
    about: "package redis-semaphore 5.8",
    strategies: { redis: "redis-semaphore", redlock: "redis-semaphore-x5-tuned" },
  },
  { id: "verrou", about: "package @verrou/core 0.5", strategies: { redis: "verrou" } },
  {
    id: "advisory-lock",
    about: "package advisory-lock 2.0",
    strategies: { postgres: "advisory-lock" },
  },
  { id: "etcd3", about: "package etcd3 1.1, its lock", strategies: { etcd: "etcd3-lock" } },
];

/** Other libraries under the same workload and the same faults. What they do not tell is left out. */
export const peers: readonly Subject[] = PEERS.map((peer) => {
  const used = Object.values(peer.strategies).map(strategyOf);
  const isRenewed = used.every(({ abilities }) => abilities.renewal);
  return {
    id: peer.id,
    about: peer.about,
    backends: Object.keys(peer.strategies) as BackendName[],
    isFenced: false,
    isRenewed,
    renewsUnseen: isRenewed,
    endsByExit: true,
    open: async (target) => {
      const { openPeer } = await import("./peer-client.ts");
      return await openPeer(strategyOf(peer.strategies[target.backend]), peer, target);
    },
  };
});

function strategyOf(wanted: string | undefined): Strategy {
  const strategy = strategies.find(({ id }) => id === wanted);
  if (strategy === undefined) throw new Error(`the benchmark has no strategy ${wanted}`);
  return strategy;
}
