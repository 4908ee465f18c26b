import type { Scene } from "../fault.ts";
import type { Breakage } from "./break-for.ts";

/** In longest ttls: past every deadline that was set before, also one that was renewed as it began. */
const PAST_DEADLINES_MIN = 1.05;
const PAST_DEADLINES_MAX = 1.3;

/**
 * How long something that ends connections lasts. Locks on Postgres live on the connection, and are free
 * as soon as the server has seen its end, while a holder that stands still at that moment goes on
 * believing until its deadline. The guarantees page promises nothing then, so there it lasts until every
 * deadline has passed.
 */
export function outage(scene: Scene): Pick<Breakage, "lastMs" | "isWhole"> {
  if (scene.ground.backend === "postgres") return pastDeadlines(scene);
  return { lastMs: scene.random.between(0.1, 1.5) * scene.ttlMsMax };
}

/** So long that nobody relies on a lock any more that was held when it began, and nobody got one. */
export function pastDeadlines({ random, ttlMsMax }: Scene): Pick<Breakage, "lastMs" | "isWhole"> {
  const factor = random.between(PAST_DEADLINES_MIN, PAST_DEADLINES_MAX);
  return { lastMs: factor * ttlMsMax, isWhole: true };
}

/** How long a member that lost its data has no vote, with something for the time until that is noticed. */
export function abstention({ ttlMsMax }: Scene): number {
  return PAST_DEADLINES_MAX * ttlMsMax;
}
