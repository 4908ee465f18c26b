import type { Acquirer } from "./acquirer.ts";
import { Asker, type AskerHost } from "./asker.ts";
import { events } from "./events.ts";
import { LOCAL_INDEX_MAX } from "./fencing-token.ts";
import { HeldLease, type LeaseHost } from "./held-lease.ts";
import type { Holding, HoldingOwner } from "./holding.ts";
import type { InDoubt } from "./in-doubt.ts";
import type { Ticket } from "./lease.ts";
import { LockError, type LockErrorOptions } from "./lock-error.ts";
import type { ReleaseOutcome, ReleaseRequest } from "./provider.ts";
import { type Releaser, releaseRequest } from "./releaser.ts";
import type { Renewer } from "./renewer.ts";
import type { AcquireSettings, Settings } from "./settings.ts";
import { WaitLine, type WaitLineHost } from "./wait-line.ts";
import type { Waiter, WaiterKind } from "./waiter.ts";

/** What the queues of one `Locks` share. */
export interface QueueParts {
  readonly settings: Settings;
  readonly acquirer: Acquirer;
  readonly renewer: Renewer;
  readonly inDoubt: InDoubt;
  readonly releaser: Releaser;
  /** Counts every pending acquire, over all names. */
  count(change: 1 | -1): void;
  /** The queue has nothing to do any more and may be forgotten. */
  rest(queue: NameQueue): void;
}

/**
 * Everything this process does about one name: who waits, who holds, and the one request to the
 * backend that all the waiters share.
 *
 * That request belongs to the queue and not to its head. It ends only when nobody waits any more,
 * and its grant goes to whoever is first by then; otherwise every short wait would cost the process
 * its place at the backend.
 */
export class NameQueue implements LeaseHost, HoldingOwner, WaitLineHost, AskerHost {
  readonly name: string;
  readonly line: WaitLine;
  readonly #parts: QueueParts;
  readonly #asker: Asker;
  #holding: Holding | undefined;
  #lease: HeldLease | undefined;
  /** The release on its way: asking before its answer, we would be refused by ourselves. */
  #releasing: Promise<ReleaseOutcome> | undefined;

  constructor(name: string, parts: QueueParts) {
    this.name = name;
    this.#parts = parts;
    this.line = new WaitLine(this);
    this.#asker = new Asker(this);
  }

  get settings(): Settings {
    return this.#parts.settings;
  }

  get acquirer(): Acquirer {
    return this.#parts.acquirer;
  }

  /** The lease held now, if any. */
  get lease(): HeldLease | undefined {
    return this.#lease;
  }

  /** True while anybody holds, waits, asks or releases here. */
  get isBusy(): boolean {
    return (
      this.#holding !== undefined ||
      this.#releasing !== undefined ||
      this.#asker.isActive ||
      this.line.size > 0
    );
  }

  /** Adds an acquire at the end, and asks the backend if nobody is doing that. */
  join(kind: WaiterKind, settings: AcquireSettings): Promise<HeldLease | undefined> {
    const waiter = this.line.add(kind, settings);
    this.#ask();
    return waiter.promise;
  }

  /** Takes over a grant that was detached here or elsewhere. */
  adopt(holding: Holding, localIndex: number): HeldLease {
    const present = this.#holding;
    if (present?.holderId === holding.holderId) throw adoptedAlready(this.name);
    if (present !== undefined) this.#parts.renewer.lose(present, "adopted elsewhere");
    // Whoever waits here waits for this very lease now, and asking would be refused by ourselves.
    this.#asker.cancel();
    this.#hold(holding);
    return this.#open(holding, localIndex, this.settings.defaults);
  }

  place(holding: Holding): boolean {
    const first = this.next();
    if (first === undefined || !fits(holding, first)) return false;
    if (this.#parts.renewer.size >= this.settings.limits.leasesMax) {
      this.line.refuse(first, leaseLimit(this.settings, this.name));
      return false;
    }
    this.#hold(holding);
    this.line.serve(first, this.#open(holding, 0, first.settings));
    return true;
  }

  next(): Waiter | undefined {
    return this.#holding === undefined ? this.line.first() : undefined;
  }

  asked(): void {
    this.#ask();
  }

  count(change: 1 | -1): void {
    this.#parts.count(change);
  }

  trouble(): LockErrorOptions {
    return this.#asker.trouble();
  }

  emptied(): void {
    this.#asker.cancel();
  }

  renew(lease: HeldLease): Promise<number> {
    const { holding } = lease;
    if (this.settings.elapsed.nowMs() < holding.maxHoldAtMs) {
      return this.#parts.renewer.renew(holding);
    }
    const words = `lease of ${JSON.stringify(this.name)} reached maxHoldMs and is not renewed`;
    return Promise.reject(new LockError("LIMIT_EXCEEDED", words, { lockName: this.name }));
  }

  /** To the next waiter of this process where the rules of hand-off allow, else to the backend. */
  release(lease: HeldLease): Promise<ReleaseOutcome> {
    const { holding, localIndex } = lease;
    const heir = this.#heir(holding, localIndex);
    if (heir === undefined) return this.#releaseToBackend(holding);
    this.#publishReleased("released", true);
    this.line.serve(heir, this.#open(holding, localIndex + 1, heir.settings));
    this.#parts.renewer.resume(holding);
    return RELEASED;
  }

  detach(lease: HeldLease): Ticket {
    const { holding, localIndex } = lease;
    const { name, holderId, ttlMs, renewable, state, serverToken } = holding;
    const { capabilities, name: provider } = this.settings.provider;
    if (!capabilities.transferable) {
      const words = `a lease of provider ${provider} cannot be detached: it ends with its session`;
      throw new LockError("UNSUPPORTED", words, { lockName: name });
    }
    if (localIndex >= LOCAL_INDEX_MAX) {
      const words = `lease of ${JSON.stringify(name)} was passed on ${LOCAL_INDEX_MAX} times; release it`;
      throw new LockError("LIMIT_EXCEEDED", words, { lockName: name });
    }
    this.#renewIfShort(holding);
    this.#drop(holding);
    this.#ask();
    return {
      version: 1,
      name,
      holderId,
      localIndex,
      ttlMs,
      renewable,
      ...(serverToken === undefined ? {} : { serverToken: serverToken.toString() }),
      ...(state === undefined ? {} : { state }),
    };
  }

  expire(holding: Holding): void {
    this.#parts.renewer.expire(holding);
  }

  /**
   * The holder is told at once. A lock that only ran out of validity is released too: the backend
   * may keep it a little longer, and much longer if a renewal is still on its way.
   */
  lost(holding: Holding, why: string): void {
    const lease = this.#lease;
    this.#drop(holding);
    const ranOut = why === "expired" || why === "max-hold";
    const released: Promise<ReleaseOutcome> = ranOut
      ? this.acquirer.giveBack(holding)
      : Promise.resolve("absent");
    if (events.lost.hasSubscribers) {
      events.lost.publish({ name: this.name, provider: this.settings.provider.name, why });
    }
    const words = `lease of ${JSON.stringify(this.name)} was lost: ${why}`;
    lease?.end(new LockError("LEASE_LOST", words, { lockName: this.name, why }), released);
    this.#ask();
  }

  /** Refuses everybody, ends the lease with `closed`, and resolves when all was answered. */
  async close(closed: () => LockError): Promise<void> {
    this.line.refuseEach(closed);
    this.#asker.cancel();
    const lease = this.#lease;
    if (lease !== undefined) lease.end(closed(), this.#releaseToBackend(lease.holding));
    await Promise.all([this.#asker.idle(), this.#releasing]);
  }

  /** The first claim of a hand-off is shorter than the ttl that a ticket promises. */
  #renewIfShort(holding: Holding): void {
    const isShort = holding.validMs < holding.ttlMs;
    if (!isShort || this.settings.elapsed.nowMs() >= holding.maxHoldAtMs) return;
    this.#parts.renewer.renewAtParting(holding);
  }

  /** The first waiter, if the holding may pass to it inside the process. */
  #heir(holding: Holding, localIndex: number): Waiter | undefined {
    const { localHandoffMax, localHandoffMaxMs, elapsed } = this.settings;
    const next = this.line.first();
    if (next === undefined || this.#asker.isActive) return undefined;
    if (localIndex >= localHandoffMax || !fits(holding, next)) return undefined;
    const nowMs = elapsed.nowWatchfulMs();
    if (nowMs - holding.acceptedAtMs >= (localHandoffMaxMs ?? holding.ttlMs)) return undefined;
    const validMs = Math.min(holding.ttlMs, holding.validMs);
    return holding.deadlineMs - nowMs >= validMs / 2 ? next : undefined;
  }

  #releaseToBackend(holding: Holding): Promise<ReleaseOutcome> {
    this.#drop(holding);
    const request = releaseRequest(holding);
    const reply = this.#parts.releaser.release(request);
    if (reply instanceof Promise) {
      this.#releasing = reply.then((outcome) => this.#released(request, outcome));
      return this.#releasing;
    }
    this.#released(request, reply);
    return reply === "released" ? RELEASED : Promise.resolve(reply);
  }

  #released(request: ReleaseRequest, outcome: ReleaseOutcome): ReleaseOutcome {
    this.#releasing = undefined;
    if (outcome === "unknown") void this.#parts.inDoubt.release({ ...request, inDoubt: true });
    this.#publishReleased(outcome, false);
    this.#ask(true);
    return outcome;
  }

  /** Asks the backend for those who wait, or rests when there is nobody. */
  #ask(justReleased = false): void {
    if (this.#holding !== undefined || this.#releasing !== undefined) return;
    if (this.#asker.isActive) return;
    const first = this.line.first();
    if (first !== undefined) this.#asker.start(first, justReleased);
    else this.#parts.rest(this);
  }

  #hold(holding: Holding): void {
    holding.owner = this;
    this.#holding = holding;
    this.#parts.renewer.add(holding);
  }

  #drop(holding: Holding): void {
    this.#parts.renewer.remove(holding);
    this.#holding = undefined;
    this.#lease = undefined;
  }

  /** Opens a lease on the holding for one caller. */
  #open(holding: Holding, localIndex: number, settings: AcquireSettings): HeldLease {
    const { maxHoldMs } = settings;
    const { elapsed, provider } = this.settings;
    holding.maxHoldAtMs =
      maxHoldMs === undefined ? Number.POSITIVE_INFINITY : elapsed.nowMs() + maxHoldMs;
    const lease = new HeldLease(this, holding, localIndex);
    this.#lease = lease;
    if (events.granted.hasSubscribers) {
      events.granted.publish({
        name: this.name,
        provider: provider.name,
        fencingToken: lease.fencingToken,
        ttlMs: holding.ttlMs,
        validForMs: lease.validForMs,
        localIndex,
      });
    }
    return lease;
  }

  #publishReleased(outcome: ReleaseOutcome, handedOn: boolean): void {
    if (!events.released.hasSubscribers) return;
    const provider = this.settings.provider.name;
    events.released.publish({ name: this.name, provider, outcome, handedOn });
  }
}

/** The answer of every hand-off inside the process. */
const RELEASED: Promise<ReleaseOutcome> = Promise.resolve("released");

/** A waiter can take over what was asked for another one only if it asked for the same. */
function fits(holding: Holding, waiter: Waiter): boolean {
  const { ttlMs, renewable } = waiter.settings;
  return holding.ttlMs === ttlMs && holding.renewable === renewable;
}

function adoptedAlready(lockName: string): LockError {
  const words = `lease of ${JSON.stringify(lockName)} was adopted with this ticket already`;
  return new LockError("LEASE_LOST", words, { lockName, why: "adopted already" });
}

/** The error of an acquire that would hold one lease too many. */
export function leaseLimit(settings: Settings, name: string): LockError {
  const words = `${settings.limits.leasesMax} leases are held (limits.leasesMax)`;
  return new LockError("LIMIT_EXCEEDED", words, { lockName: name });
}
