import type { Holding } from "./holding.ts";
import type { LockProvider, ReleaseOutcome, ReleaseRequest, Reply } from "./provider.ts";
import type { Settings } from "./settings.ts";
import { TimeLimit } from "./time-limit.ts";

type ReleaserSettings = Pick<Settings, "clock" | "releaseTimeoutMs"> & {
  readonly provider: Pick<LockProvider, "release">;
};

/** The plain release of a holding. */
export function releaseRequest(holding: Holding): ReleaseRequest {
  const { name, holderId, ttlMs, state } = holding;
  const request = { name, holderId, ttlMs, inDoubt: false };
  return state === undefined ? request : { ...request, state };
}

/** Sends releases, each bounded by `releaseTimeoutMs`. */
export class Releaser {
  readonly #settings: ReleaserSettings;
  readonly #limit: TimeLimit;

  constructor(settings: ReleaserSettings) {
    this.#settings = settings;
    this.#limit = new TimeLimit(settings.clock, settings.releaseTimeoutMs);
  }

  /** One release. Every failure is `unknown`: a release never rejects, whatever the provider does. */
  release(request: ReleaseRequest): Reply<ReleaseOutcome> {
    try {
      const reply = this.#settings.provider.release(request);
      return typeof reply === "string" ? outcomeOf(reply) : this.#bound(Promise.resolve(reply));
    } catch {
      return "unknown";
    }
  }

  #bound(reply: Promise<ReleaseOutcome>): Promise<ReleaseOutcome> {
    return new Promise((resolve) => {
      const limited = this.#limit.start(() => resolve("unknown"));
      const settle = (outcome: ReleaseOutcome): void => {
        this.#limit.finish(limited);
        resolve(outcomeOf(outcome));
      };
      reply.then(settle, () => settle("unknown"));
    });
  }

  /** Drops the timer. */
  stop(): void {
    this.#limit.stop();
  }
}

/** Anything but a known word tells nothing. */
function outcomeOf(reply: unknown): ReleaseOutcome {
  return reply === "released" || reply === "absent" ? reply : "unknown";
}
