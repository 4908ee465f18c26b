import type { Holding } from "./holding.ts";
import type { ReleaseOutcome, ReleaseRequest } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** The plain release of a holding. */
export function releaseRequest(holding: Holding): ReleaseRequest {
  const { name, holderId, ttlMs, state } = holding;
  const request = { name, holderId, ttlMs, inDoubt: false };
  return state === undefined ? request : { ...request, state };
}

/**
 * One release, bounded by `releaseTimeoutMs`. Every failure is `unknown`: a release must not reject,
 * whatever the provider does.
 */
export function releaseOnce(settings: Settings, request: ReleaseRequest): Promise<ReleaseOutcome> {
  return new Promise((resolve) => {
    const { clock, releaseTimeoutMs, provider } = settings;
    const timer = clock.setTimer(releaseTimeoutMs, () => resolve("unknown"));
    const settle = (outcome: ReleaseOutcome): void => {
      timer.cancel();
      resolve(outcome);
    };
    try {
      provider.release(request).then(settle, () => settle("unknown"));
    } catch {
      settle("unknown");
    }
  });
}
