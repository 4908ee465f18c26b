import type { RandomStream } from "../world/random-stream.ts";
import { FAULTS_BY_TOPOLOGY, type FaultKind, keepsTokens, takesLocks } from "./fault-kind.ts";
import { type Topology, topologies } from "./topology.ts";

/** Everything about a run that is settled before it begins; all of it follows from the seed. */
export interface Scenario {
  readonly topology: Topology;
  readonly memberCount: number;
  /** Servers that have to agree. */
  readonly majority: number;
  /** How long a member of a quorum abstains after it was started. */
  readonly restartGuardMs: number;
  readonly clientCount: number;
  readonly fibersPerClient: number;
  readonly names: readonly string[];
  readonly ttlsMs: readonly number[];
  readonly ttlMsMax: number;
  readonly commandTimeoutMs: number;
  /** Of the driver: what it does with unanswered commands after a reconnect, and while it has none. */
  readonly resend: boolean;
  readonly offlineQueue: boolean;
  readonly localHandoffMax: number;
  readonly renew: boolean;
  readonly backoffMsMax: number;
  readonly releaseTimeoutMs: number;
  readonly unavailableMs: number | undefined;
  /** Of the network, where nothing is wrong with it. */
  readonly delayMsMax: number;
  readonly faults: readonly FaultKind[];
  /** Mean time between two faults of one kind. */
  readonly faultEveryMs: number;
  /** False where one of the faults may take a lock away from its holder unseen. */
  readonly isExclusive: boolean;
  /** False where a server may have lost its counter and its clock as well. */
  readonly isFenced: boolean;
  /** Looks for an order of all steps as well, which takes long. */
  readonly isSearched: boolean;
  /** Events before healing begins. */
  readonly eventCountMin: number;
}

/** The faults of most runs keep every promise; in the others locks are lost, and less is expected. */
const TAKING_CHANCE = 0.2;
const TTL_CLASSES_MS = [100, 200, 500, 1_000, 3_000, 10_000];
/** A world with fewer events tells little. */
export const EVENTS_MIN = 300;
/** Two round trips for a script that the server does not know, with room. */
const DELAYS_PER_COMMAND = 5;
const EVENTS_MAX = 600;

export function drawScenario(random: RandomStream, wanted: Topology | undefined): Scenario {
  const topology = wanted ?? random.pick(topologies);
  const memberCount = Number(/\d$/.exec(topology)?.[0] ?? 1);
  const ttlsMs = drawTtls(random);
  const faults = drawFaults(topology, random);
  const delayMsMax = random.pick([0.3, 2, 20]);
  return {
    topology,
    memberCount,
    majority: Math.floor(memberCount / 2) + 1,
    restartGuardMs: memberCount > 1 ? Math.ceil(Math.max(...ttlsMs) * 1.01) + 2 : 0,
    clientCount: random.integer(2, 5),
    fibersPerClient: random.integer(1, 3),
    names: ["a", "b", "c", "d"].slice(0, random.pick([1, 1, 2, 4])),
    ttlsMs,
    ttlMsMax: Math.max(...ttlsMs),
    commandTimeoutMs: Math.max(random.pick([50, 200, 1_000]), DELAYS_PER_COMMAND * delayMsMax),
    resend: random.chance(0.5),
    offlineQueue: random.chance(0.5),
    localHandoffMax: random.pick([0, 1, 16, 63]),
    renew: random.chance(0.8),
    backoffMsMax: random.pick([20, 100, 100, 500]),
    releaseTimeoutMs: random.pick([100, 1_000, 5_000]),
    unavailableMs: random.chance(0.3) ? random.integer(100, 5_000) : undefined,
    delayMsMax,
    faults,
    faultEveryMs: random.pick([200, 1_000, 4_000]),
    isExclusive: !faults.some((fault) => takesLocks(topology).has(fault)),
    isFenced: keepsTokens(topology, faults),
    isSearched: random.chance(0.25),
    eventCountMin: random.integer(EVENTS_MIN, EVENTS_MAX),
  };
}

function drawTtls(random: RandomStream): readonly number[] {
  const first = random.pick(TTL_CLASSES_MS);
  return random.chance(0.5) ? [first] : [first, random.pick(TTL_CLASSES_MS)];
}

/** Each kind is in with a likelihood that itself is drawn, so that some runs have few and some many. */
function drawFaults(topology: Topology, random: RandomStream): readonly FaultKind[] {
  const likelihood = random.fraction();
  const taking = takesLocks(topology);
  const mayTake = random.chance(TAKING_CHANCE);
  return FAULTS_BY_TOPOLOGY[topology].filter((fault) => {
    const isIn = random.chance(likelihood);
    return isIn && (mayTake || !taking.has(fault));
  });
}
