import type { ClockTraits } from "../world/host-clock.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { Scenario } from "./scenario.ts";

/** How far the clocks of a run may be from true time. */
export interface ClockLimits {
  /** Share by which they run too fast or too slow. */
  readonly drift: number;
  /** How far a wall clock is off at the beginning, either way. */
  readonly wallMs: number;
}

const WALL_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
/** A little less than the 1 % by which `driftMs` lets the clocks of a client and a server run apart. */
const APART_MAX = 0.009;
/** Servers are synchronised: tokens go on from their clocks. */
const SERVER_WALL_MS = 100;
/** Of the time that a member abstains after a start: members are kept closer than votes need. */
const GUARD_SHARE = 0.05;
/** A run is shorter. */
const RUN_MS_MAX = 1_000_000;

/** A client's wall clock may be set to anything. */
export function clientClock({ memberCount }: Scenario): ClockLimits {
  return { drift: memberCount > 1 ? APART_MAX : APART_MAX / 2, wallMs: HOUR_MS };
}

/** A server's is about right; those of one quorum have to agree, for as long as a run lasts. */
export function serverClock({ memberCount, restartGuardMs }: Scenario): ClockLimits {
  if (memberCount === 1) return { drift: APART_MAX / 2, wallMs: SERVER_WALL_MS };
  const wallMs = Math.min(SERVER_WALL_MS, restartGuardMs * GUARD_SHARE);
  return { drift: wallMs / RUN_MS_MAX, wallMs };
}

export function drawClock(random: RandomStream, { drift, wallMs }: ClockLimits): ClockTraits {
  const isExtreme = random.chance(0.3);
  const share = isExtreme ? random.pick([-1, 1]) : random.between(-1, 1);
  return {
    rate: 1 + share * drift,
    monotonicOriginMs: random.between(0, 1e6),
    bootOriginMs: random.between(1e6, 1e9),
    wallOriginMs: WALL_MS + random.between(-wallMs, wallMs),
  };
}
