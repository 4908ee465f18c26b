import type { LockClient } from "../strategy.ts";
import type { LockSight, LockSightState } from "./lock-sight.ts";

/** Locks that one process tells of at a time. */
const SIGHT_COUNT_MAX = 32;

interface Use {
  waiting: number;
  holding: number;
}

/** A client that knows which of its locks are held and waited for. Its book-keeping costs time. */
export class WatchedClient {
  /** To be used in place of the client that is watched. */
  readonly client: LockClient;
  readonly #watched: LockClient;
  readonly #uses = new Map<string, Use>();

  constructor(watched: LockClient) {
    this.#watched = watched;
    const { using } = watched;
    this.client = {
      ...watched,
      acquire: (name, options) => this.#acquire(name, () => watched.acquire(name, options)),
      release: (name, holding) => {
        this.#count(name, { holding: -1 });
        return watched.release(name, holding);
      },
      ...(using && {
        using: (name, work) => this.#using(name, (inner) => using(name, inner), work),
      }),
    };
  }

  /** What is held and waited for at the moment; the most wanted locks where there are many. */
  async look(strategy: string): Promise<readonly LockSight[]> {
    const busiest = [...this.#uses]
      .toSorted(([, a], [, b]) => b.waiting - a.waiting)
      .slice(0, SIGHT_COUNT_MAX)
      .map(([name, use]) => ({ name, ...use }));
    return Promise.all(
      busiest.map(async (use) => {
        const state = await this.#stateOf(use.name);
        return { ...use, strategy, ...(state && { state }) };
      }),
    );
  }

  async #acquire(name: string, acquire: () => Promise<unknown>): Promise<unknown> {
    this.#count(name, { waiting: 1 });
    try {
      const holding = await acquire();
      this.#count(name, { holding: 1 });
      return holding;
    } finally {
      this.#count(name, { waiting: -1 });
    }
  }

  async #using(
    name: string,
    using: (work: () => Promise<void>) => Promise<void>,
    work: () => Promise<void>,
  ): Promise<void> {
    let change: Partial<Use> = { waiting: -1 };
    this.#count(name, { waiting: 1 });
    try {
      await using(async () => {
        this.#count(name, { waiting: -1, holding: 1 });
        change = { holding: -1 };
        await work();
      });
    } finally {
      this.#count(name, change);
    }
  }

  #count(name: string, { waiting = 0, holding = 0 }: Partial<Use>): void {
    const use = this.#uses.get(name) ?? { waiting: 0, holding: 0 };
    use.waiting += waiting;
    use.holding += holding;
    if (use.waiting + use.holding > 0) this.#uses.set(name, use);
    else this.#uses.delete(name);
  }

  /** A strategy that cannot say is shown without; the run is not there for the onlookers. */
  async #stateOf(name: string): Promise<LockSightState | undefined> {
    try {
      return await this.#watched.inspect?.(name);
    } catch {
      return undefined;
    }
  }
}
