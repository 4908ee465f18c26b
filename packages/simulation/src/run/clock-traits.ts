import type { ClockTraits } from "../world/host-clock.ts";
import type { RandomStream } from "../world/random-stream.ts";

/** Half of the 1 % by which `driftMs` lets two clocks run apart, and a little less. */
const DRIFT_MAX = 0.0045;
const WALL_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
/** Servers are synchronised: tokens go on from their clocks. */
const SERVER_WALL_MS_MAX = 100;

/** A client's wall clock may be set to anything; a server's is about right. */
export function drawClock(random: RandomStream, role: "client" | "server"): ClockTraits {
  const wallMsMax = role === "client" ? HOUR_MS : SERVER_WALL_MS_MAX;
  const isExtreme = random.chance(0.3);
  const drift = isExtreme
    ? random.pick([-DRIFT_MAX, DRIFT_MAX])
    : random.between(-1, 1) * DRIFT_MAX;
  return {
    rate: 1 + drift,
    monotonicOriginMs: random.between(0, 1e6),
    bootOriginMs: random.between(1e6, 1e9),
    wallOriginMs: WALL_MS + random.between(-wallMsMax, wallMsMax),
  };
}
