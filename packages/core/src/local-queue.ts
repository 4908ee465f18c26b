import { Acquirer } from "./acquirer.ts";
import { InDoubt, inDoubtLimit } from "./in-doubt.ts";
import { LockError } from "./lock-error.ts";
import { leaseLimit, NameQueue, type QueueParts } from "./name-queue.ts";
import { Renewer } from "./renewer.ts";
import type { Settings } from "./settings.ts";

/**
 * The names that this process does something about, one {@link NameQueue} each. A provider that
 * excludes nobody is given a queue per call, so that nothing is shared and nobody waits.
 */
export class LocalQueue implements QueueParts {
  readonly settings: Settings;
  readonly inDoubt: InDoubt;
  readonly acquirer: Acquirer;
  readonly renewer: Renewer;
  readonly #named = new Map<string, NameQueue>();
  readonly #unnamed = new Set<NameQueue>();
  readonly #excludes: boolean;
  #waiterCount = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    this.inDoubt = new InDoubt(settings);
    this.acquirer = new Acquirer(settings, this.inDoubt);
    this.renewer = new Renewer(settings);
    this.#excludes = settings.provider.capabilities.exclusion === "exclusive";
  }

  /** The queue of a name, made where there is none; it forgets itself when it has nothing to do. */
  of(name: string): NameQueue {
    if (!this.#excludes) {
      const queue = new NameQueue(name, this);
      this.#unnamed.add(queue);
      return queue;
    }
    let queue = this.#named.get(name);
    if (queue === undefined) {
      queue = new NameQueue(name, this);
      this.#named.set(name, queue);
    }
    return queue;
  }

  /** The queue of a name, if there is one. */
  find(name: string): NameQueue | undefined {
    return this.#named.get(name);
  }

  /** Every queue there is. */
  all(): readonly NameQueue[] {
    return [...this.#named.values(), ...this.#unnamed];
  }

  /** Why one more acquire of this name would be one too many, if it would. */
  excess(name: string): LockError | undefined {
    const { limits } = this.settings;
    const waitersOfName = this.#named.get(name)?.line.size ?? 0;
    if (waitersOfName >= limits.waitersPerNameMax) return this.#full(name, "waitersPerNameMax");
    if (this.#waiterCount >= limits.waitersMax) return this.#full(name, "waitersMax");
    if (this.renewer.size >= limits.leasesMax) return leaseLimit(this.settings, name);
    if (this.inDoubt.size >= limits.inDoubtMax) return inDoubtLimit(this.settings, name);
    return undefined;
  }

  count(change: 1 | -1): void {
    this.#waiterCount += change;
  }

  forget(queue: NameQueue): void {
    if (this.#excludes) this.#named.delete(queue.name);
    else this.#unnamed.delete(queue);
  }

  #full(name: string, limit: "waitersPerNameMax" | "waitersMax"): LockError {
    const words = `${this.settings.limits[limit]} acquires are waiting (limits.${limit})`;
    return new LockError("LIMIT_EXCEEDED", words, { lockName: name });
  }
}
