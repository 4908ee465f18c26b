import { Backoff } from "./backoff.ts";
import type { Timer } from "./clock.ts";
import { events } from "./events.ts";
import { LockError } from "./lock-error.ts";
import type { LockProvider, ReleaseOutcome, ReleaseRequest } from "./provider.ts";
import type { Releaser } from "./releaser.ts";
import type { Settings } from "./settings.ts";

/** Longest delay between two tries to make one unknown outcome good. */
const RETRY_MS_MAX = 1_000;

type InDoubtSettings = Pick<Settings, "clock" | "elapsed" | "random"> & {
  readonly provider: Pick<LockProvider, "name" | "release">;
};

interface Doubt {
  request: ReleaseRequest;
  /** The ttl has passed by then: whatever took effect has ended by itself. */
  readonly untilMs: number;
  /** From the first try without an answer on. */
  backoff: Backoff | undefined;
  timer: Timer | undefined;
  readonly settled: (outcome: ReleaseOutcome) => void;
}

/**
 * Makes unknown outcomes good: an acquire or a release that may have taken effect is released again,
 * by its holderId, until the backend answers or the ttl has passed (G-06).
 */
export class InDoubt {
  readonly #settings: InDoubtSettings;
  readonly #releaser: Releaser;
  readonly #doubts = new Set<Doubt>();
  /** Of those, the ones whose outcome is unknown already. */
  #unknownCount = 0;
  readonly #idle: (() => void)[] = [];
  #isStopped = false;

  constructor(settings: InDoubtSettings, releaser: Releaser) {
    this.#settings = settings;
    this.#releaser = releaser;
  }

  get size(): number {
    return this.#doubts.size;
  }

  /** Without plain releases that have only just been sent. */
  get unknownCount(): number {
    return this.#unknownCount;
  }

  /** Names that are still in doubt, each once. */
  names(): readonly string[] {
    return [...new Set([...this.#doubts].map((doubt) => doubt.request.name))];
  }

  /**
   * Releases until there is an answer; resolves with it, or with `unknown` when the ttl passed
   * without one. With `inDoubt: false` the first try is a plain release and only its own unknown
   * outcome turns it into a doubtful one. Never rejects.
   */
  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    const { elapsed } = this.#settings;
    return new Promise((settled) => {
      const doubt: Doubt = {
        request,
        untilMs: elapsed.nowMs() + request.ttlMs,
        backoff: undefined,
        timer: undefined,
        settled,
      };
      this.#doubts.add(doubt);
      if (request.inDoubt) this.#open(doubt);
      void this.#try(doubt);
    });
  }

  /** Resolves when nothing is in doubt any more. */
  drained(): Promise<void> {
    if (this.#doubts.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends every retry, now and later; what is still in doubt stays so. */
  stop(): void {
    this.#isStopped = true;
    for (const doubt of this.#doubts) this.#settle(doubt, "unknown");
  }

  async #try(doubt: Doubt): Promise<void> {
    const outcome = await this.#releaser.release(doubt.request);
    if (!this.#doubts.has(doubt)) return;
    if (outcome !== "unknown") return this.#settle(doubt, outcome);
    if (!doubt.request.inDoubt) {
      doubt.request = { ...doubt.request, inDoubt: true };
      this.#open(doubt);
    }
    const { elapsed, clock, random } = this.#settings;
    const isOver = this.#isStopped || elapsed.nowSampledMs() >= doubt.untilMs;
    if (isOver) return this.#settle(doubt, "unknown");
    doubt.backoff ??= new Backoff(10, RETRY_MS_MAX, random);
    doubt.timer = clock.setTimer(doubt.backoff.nextMs(), () => void this.#try(doubt), {
      ref: false,
    });
  }

  #open(doubt: Doubt): void {
    this.#unknownCount += 1;
    this.#publish(doubt, "opened");
  }

  #settle(doubt: Doubt, outcome: ReleaseOutcome): void {
    doubt.timer?.cancel();
    this.#doubts.delete(doubt);
    if (doubt.request.inDoubt) {
      this.#unknownCount -= 1;
      this.#publish(doubt, outcome === "unknown" ? "given-up" : "settled");
    }
    doubt.settled(outcome);
    if (this.#doubts.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #publish(doubt: Doubt, state: "opened" | "settled" | "given-up"): void {
    if (!events.inDoubt.hasSubscribers) return;
    const provider = this.#settings.provider.name;
    events.inDoubt.publish({ name: doubt.request.name, provider, state });
  }
}

/** Thrown where a new attempt would outgrow what can be made good. */
export function inDoubtLimit(settings: Settings, name: string): LockError {
  return new LockError(
    "LIMIT_EXCEEDED",
    `${settings.limits.inDoubtMax} operations have an unknown outcome (limits.inDoubtMax); ` +
      `lock ${JSON.stringify(name)} was not asked for`,
    { lockName: name },
  );
}
