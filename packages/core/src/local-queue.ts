import { Acquirer } from "./acquirer.ts";
import { InDoubt, inDoubtLimit } from "./in-doubt.ts";
import { LockError } from "./lock-error.ts";
import { leaseLimit, NameQueue, type QueueParts } from "./name-queue.ts";
import { Releaser } from "./releaser.ts";
import { Renewer } from "./renewer.ts";
import type { Settings } from "./settings.ts";

/** Below so many names nothing is swept. Making a queue costs more than keeping it for a while. */
const NAMES_KEPT_MIN = 1_024;

/**
 * The names that this process does something about, one {@link NameQueue} each. A provider that
 * excludes nobody is given a queue per call, so that nothing is shared and nobody waits.
 */
export class LocalQueue implements QueueParts {
  readonly settings: Settings;
  readonly releaser: Releaser;
  readonly inDoubt: InDoubt;
  readonly acquirer: Acquirer;
  readonly renewer: Renewer;
  readonly #named = new Map<string, NameQueue>();
  readonly #unnamed = new Set<NameQueue>();
  readonly #excludes: boolean;
  #sweepAt = NAMES_KEPT_MIN;
  #waiterCount = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.releaser = new Releaser(settings);
    this.inDoubt = new InDoubt(settings, this.releaser);
    this.acquirer = new Acquirer(settings, this.inDoubt);
    this.renewer = new Renewer(settings);
    this.#excludes = settings.provider.capabilities.exclusion === "exclusive";
  }

  /** A new queue for a name that has none. */
  open(name: string): NameQueue {
    const queue = new NameQueue(name, this);
    if (this.#named.size >= this.#sweepAt) this.#sweep();
    if (this.#excludes) this.#named.set(name, queue);
    else this.#unnamed.add(queue);
    return queue;
  }

  /** The queue of a name, if there is one. */
  find(name: string): NameQueue | undefined {
    return this.#named.get(name);
  }

  /** Every queue that has something to do. */
  all(): readonly NameQueue[] {
    return [...this.#named.values(), ...this.#unnamed].filter((queue) => queue.isBusy);
  }

  /** Why one more acquire would be one too many, if it would. */
  excess(name: string, queue: NameQueue | undefined): LockError | undefined {
    const { limits } = this.settings;
    if (queue !== undefined && queue.line.size >= limits.waitersPerNameMax)
      return this.#full(name, "waitersPerNameMax");
    if (this.#waiterCount >= limits.waitersMax) return this.#full(name, "waitersMax");
    if (this.renewer.size >= limits.leasesMax) return leaseLimit(this.settings, name);
    if (this.inDoubt.size >= limits.inDoubtMax) return inDoubtLimit(this.settings, name);
    return undefined;
  }

  count(change: 1 | -1): void {
    this.#waiterCount += change;
  }

  rest(queue: NameQueue): void {
    this.#unnamed.delete(queue);
  }

  /** Forgets the queues at rest: as many as are busy, or a thousand, may be there in between. */
  #sweep(): void {
    for (const [name, queue] of this.#named) if (!queue.isBusy) this.#named.delete(name);
    this.#sweepAt = Math.max(NAMES_KEPT_MIN, 2 * this.#named.size);
  }

  #full(name: string, limit: "waitersPerNameMax" | "waitersMax"): LockError {
    const words = `${this.settings.limits[limit]} acquires are waiting (limits.${limit})`;
    return new LockError("LIMIT_EXCEEDED", words, { lockName: name });
  }
}
