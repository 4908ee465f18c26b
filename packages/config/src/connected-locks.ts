import {
  type AcquireOptions,
  type BreakOptions,
  type Capabilities,
  type CloseReport,
  type Lease,
  LockError,
  type LockState,
  type Locks,
  type Ticket,
  type TryAcquireOptions,
} from "@holdfast/core";
import type { Place } from "./place.ts";

/** Locks on the backend that was chosen, and by name on the others of the configuration. */
export interface ConnectedLocks<Token extends bigint | undefined = bigint | undefined>
  extends Locks<Token> {
  /**
   * The locks on another backend of the configuration, by its name there. `close()` of this closes them as well.
   * Throws CONFIG_INVALID for a name that is none, or whose package or variable is missing on this machine, and
   * PROVIDER_CLOSED after `close()`.
   */
  backend(name: string): Locks<Token>;
}

/** Makes the locks on a backend, or throws why it cannot. */
export type LocksMaker = () => Locks;

/** Hands every call to the locks of the chosen backend; makes the others when they are asked for; closes all. */
export class BackendLocks implements ConnectedLocks {
  readonly #chosen: Locks;
  readonly #makers: ReadonlyMap<string, LocksMaker>;
  readonly #made = new Map<string, Locks>();
  readonly #place: Place;
  #isClosed = false;

  constructor(chosen: string, makers: ReadonlyMap<string, LocksMaker>, place: Place) {
    this.#makers = makers;
    this.#place = place;
    this.#chosen = this.backend(chosen);
  }

  backend(name: string): Locks {
    const made = this.#made.get(name);
    if (made !== undefined) return made;
    const make = this.#makers.get(name);
    if (make === undefined) {
      throw this.#place.unknown(`${name}`, "a backend", [...this.#makers.keys()]);
    }
    if (this.#isClosed) throw new LockError("PROVIDER_CLOSED", "these locks were closed");
    const locks = make();
    this.#made.set(name, locks);
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
    this.#isClosed = true;
    const closings = [...this.#made.values()].map((locks) => locks.close(options));
    const reports = await Promise.all(closings);
    return { inDoubt: reports.flatMap(({ inDoubt }) => inDoubt) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
