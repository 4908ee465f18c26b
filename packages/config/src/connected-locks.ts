import type {
  AcquireOptions,
  BreakOptions,
  Capabilities,
  CloseReport,
  Lease,
  LockState,
  Locks,
  Ticket,
  TryAcquireOptions,
} from "@holdfast/core";
import { ConfigError } from "./config-error.ts";
import type { Place } from "./place.ts";

/** Locks on the backend that was chosen, and by name on the others of the configuration. */
export interface ConnectedLocks extends Locks {
  /**
   * The locks on another backend of the configuration, by its name there. `close()` of this closes them as well.
   * Throws CONFIG_INVALID for a name that is none, or whose package or variable is missing on this machine.
   */
  backend(name: string): Locks;
}

/** Hands every call to the locks of the chosen backend; closes all. */
export class BackendLocks implements ConnectedLocks {
  readonly #chosen: Locks;
  readonly #byName: ReadonlyMap<string, Locks | ConfigError>;
  readonly #place: Place;

  constructor(chosen: string, byName: ReadonlyMap<string, Locks | ConfigError>, place: Place) {
    this.#byName = byName;
    this.#place = place;
    this.#chosen = this.backend(chosen);
  }

  backend(name: string): Locks {
    const locks = this.#byName.get(name);
    if (locks === undefined)
      throw this.#place.unknown(`${name}`, "a backend", [...this.#byName.keys()]);
    if (locks instanceof ConfigError) throw locks;
    return locks;
  }

  get capabilities(): Capabilities {
    return this.#chosen.capabilities;
  }

  acquire(name: string, options?: AcquireOptions): Promise<Lease> {
    return this.#chosen.acquire(name, options);
  }

  tryAcquire(name: string, options?: TryAcquireOptions): Promise<Lease | undefined> {
    return this.#chosen.tryAcquire(name, options);
  }

  using<Result>(
    name: string,
    work: (lease: Lease) => Result | PromiseLike<Result>,
    options?: AcquireOptions,
  ): Promise<Result> {
    return this.#chosen.using(name, work, options);
  }

  inspect(name: string): Promise<LockState> {
    return this.#chosen.inspect(name);
  }

  breakLock(name: string, target: BreakOptions): Promise<boolean> {
    return this.#chosen.breakLock(name, target);
  }

  adopt(ticket: Ticket): Promise<Lease> {
    return this.#chosen.adopt(ticket);
  }

  ping(): Promise<void> {
    return this.#chosen.ping();
  }

  async close(options?: { readonly timeoutMs?: number }): Promise<CloseReport> {
    const all = [...this.#byName.values()];
    const closings = all.flatMap((each) =>
      each instanceof ConfigError ? [] : [each.close(options)],
    );
    const reports = await Promise.all(closings);
    return { inDoubt: reports.flatMap(({ inDoubt }) => inDoubt) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
