import { checkTicket } from "./check-ticket.ts";
import { composeToken } from "./fencing-token.ts";
import type { HeldLease } from "./held-lease.ts";
import type { Lease, Ticket } from "./lease.ts";
import { LocalQueue } from "./local-queue.ts";
import { LockError } from "./lock-error.ts";
import type { CloseReport, Locks } from "./locks.ts";
import type {
  AcquireOptions,
  BreakOptions,
  LocksOptions,
  TryAcquireOptions,
} from "./locks-options.ts";
import type { NameQueue } from "./name-queue.ts";
import type { Capabilities, LockProvider, LockState } from "./provider.ts";
import {
  type AcquireSettings,
  NO_OPTIONS,
  resolveAcquireOptions,
  resolveLocksOptions,
  type Settings,
} from "./settings.ts";
import { checkBoolean, checkFunction, checkKeys, checkName, checkNumber } from "./validation.ts";
import type { WaiterKind } from "./waiter.ts";

/** The token type that a provider's declared fencing gives. */
export type TokenOf<Provider extends LockProvider> =
  Provider["capabilities"]["fencing"] extends "monotonic"
    ? bigint
    : Provider["capabilities"]["fencing"] extends "none"
      ? undefined
      : bigint | undefined;

/** What a call found of its name, and what it asks for. */
interface Entry {
  readonly queue: NameQueue | undefined;
  readonly settings: AcquireSettings;
}

/** However little time is left of a close, the provider gets so much to end its connections. */
const DISPOSAL_MS_MIN = 100;

/** The answer of every try that this process itself rules out. */
const NOTHING: Promise<undefined> = Promise.resolve(undefined);

class ProviderLocks implements Locks {
  readonly #settings: Settings;
  readonly #queues: LocalQueue;
  readonly #lossWatch: Disposable | undefined;
  readonly #adoptions = new Set<Promise<Lease>>();
  #closing: Promise<CloseReport> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#queues = new LocalQueue(settings);
    this.#lossWatch = settings.provider.onLoss?.(({ name, holderId, why }) => {
      const holding = this.#queues.find(name)?.lease?.holding;
      if (holding?.holderId === holderId) this.#queues.renewer.lose(holding, why);
    });
  }

  get capabilities(): Capabilities {
    const { provider, localHandoffMax } = this.#settings;
    const { capabilities } = provider;
    return { ...capabilities, fair: capabilities.fair && localHandoffMax === 0 };
  }

  acquire(name: string, options: AcquireOptions = NO_OPTIONS): Promise<Lease> {
    try {
      const { queue, settings } = this.#enter(name, options);
      const kind = settings.waitMs === 0 ? "once" : "wait";
      if (kind === "once" && queue?.isBusy) throw busy(name);
      return this.#join(queue, name, { kind, settings }) as Promise<Lease>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryAcquire(name: string, options: TryAcquireOptions = NO_OPTIONS): Promise<Lease | undefined> {
    try {
      const { queue, settings } = this.#enter(name, options);
      if (queue?.isBusy) return NOTHING;
      return this.#join(queue, name, { kind: "try", settings });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async using<Result>(
    name: string,
    work: (lease: Lease<bigint | undefined>) => Result | PromiseLike<Result>,
    options: AcquireOptions = NO_OPTIONS,
  ): Promise<Result> {
    checkFunction(work, "work");
    const lease = (await this.acquire(name, options)) as HeldLease;
    if (lease.loss !== undefined) throw lostWhileWorking(lease.loss, name);
    let result: Result;
    try {
      result = await work(lease);
    } catch (error) {
      await lease.release();
      throw error;
    }
    const { loss } = lease;
    await lease.release();
    if (loss !== undefined) throw lostWhileWorking(loss, name, result);
    return result;
  }

  async inspect(name: string): Promise<LockState> {
    checkName(name);
    this.#refuseIfClosed(name);
    const { provider, fenceBase } = this.#settings;
    if (provider.inspect === undefined) throw this.#unsupported("inspect");
    const state = await provider.inspect(name);
    if (state.fencingToken === undefined) return state;
    const own = this.#queues.find(name)?.lease;
    const isOwn = own !== undefined && own.holding.serverToken === state.fencingToken;
    const index = isOwn ? own.localIndex : 0;
    return { ...state, fencingToken: composeToken(state.fencingToken, index, fenceBase) };
  }

  async breakLock(name: string, target: BreakOptions): Promise<boolean> {
    checkName(name);
    checkKeys(target, "breakLock(target)", ["incarnation", "any", "force"]);
    const { incarnation, any, force } = target as {
      incarnation?: string;
      any?: true;
      force?: boolean;
    };
    const isOne = typeof incarnation === "string" && incarnation !== "any";
    if (isOne === (any === true)) {
      throw new TypeError("breakLock takes { incarnation } as inspect gave it, or { any: true }");
    }
    if (force !== undefined) checkBoolean(force, "force");
    this.#refuseIfClosed(name);
    const { provider } = this.#settings;
    if (provider.breakLock === undefined) throw this.#unsupported("breakLock");
    return provider.breakLock(name, {
      incarnation: incarnation ?? "any",
      ...(force === undefined ? {} : { force }),
    });
  }

  adopt(ticket: Ticket): Promise<Lease> {
    const adoption = this.#adopt(ticket);
    this.#adoptions.add(adoption);
    const forget = (): void => void this.#adoptions.delete(adoption);
    adoption.then(forget, forget);
    return adoption;
  }

  async #adopt(ticket: Ticket): Promise<Lease> {
    checkTicket(ticket, this.#settings);
    this.#admit(ticket.name);
    const { capabilities, name: provider } = this.#settings.provider;
    if (!capabilities.transferable) {
      throw new LockError("UNSUPPORTED", `provider ${provider} cannot adopt a lease`, {
        lockName: ticket.name,
      });
    }
    const holding = await this.#queues.acquirer.adopt(ticket);
    if (this.#closing !== undefined) {
      await this.#queues.acquirer.giveBack(holding);
      throw closedError(ticket.name);
    }
    const queue = this.#queues.find(ticket.name) ?? this.#queues.open(ticket.name);
    return queue.adopt(holding, ticket.localIndex + 1);
  }

  async ping(): Promise<void> {
    this.#refuseIfClosed(undefined);
    if (this.#settings.provider.ping === undefined) throw this.#unsupported("ping");
    await this.#settings.provider.ping();
  }

  async close(options: { readonly timeoutMs?: number } = {}): Promise<CloseReport> {
    checkKeys(options, "close(options)", ["timeoutMs"]);
    const timeoutMs = options.timeoutMs ?? 5_000;
    checkNumber(timeoutMs, "timeoutMs", { min: 0, max: 3_600_000 });
    if (this.#closing !== undefined) return this.#closing;
    // Known before anybody is told of the end, for whoever is told may call again.
    let finish: (report: CloseReport) => void = () => undefined;
    this.#closing = new Promise((resolve) => {
      finish = resolve;
    });
    finish(await this.#close(timeoutMs));
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    const { clock, provider } = this.#settings;
    const { inDoubt, renewer, releaser } = this.#queues;
    this.#lossWatch?.[Symbol.dispose]();
    const endsAtMs = clock.monotonicMs() + timeoutMs;
    const queues = this.#queues.all();
    const closed = queues.map((queue) => queue.close(() => closedError(queue.name)));
    const drained = Promise.allSettled([...closed, ...this.#adoptions]);
    await this.#until(
      endsAtMs,
      drained.then(() => Promise.all([inDoubt.drained(), renewer.parted()])),
    );
    const unsettled = this.#queues.all().map((queue) => queue.name);
    const report = { inDoubt: [...new Set([...inDoubt.names(), ...unsettled])] };
    inDoubt.stop();
    renewer.stop();
    releaser.stop();
    await this.#until(Math.max(endsAtMs, clock.monotonicMs() + DISPOSAL_MS_MIN), dispose(provider));
    return report;
  }

  /** Waits for the work, but not beyond `endsAtMs`. */
  async #until(endsAtMs: number, work: Promise<unknown>): Promise<void> {
    const { clock } = this.#settings;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(Math.max(0, endsAtMs - clock.monotonicMs()), resolve);
      void work.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Everything that can be wrong with a call, found before anything is sent. */
  #enter(name: string, options: AcquireOptions): Entry {
    const queue = this.#admit(name);
    const settings = resolveAcquireOptions(this.#settings, options);
    if (settings.signal?.aborted) {
      throw new LockError("ABORTED", `lock ${JSON.stringify(name)}: the signal given has aborted`, {
        lockName: name,
        cause: settings.signal.reason,
      });
    }
    return { queue, settings };
  }

  /** A name that has a queue was checked when it got one. */
  #admit(name: string): NameQueue | undefined {
    const queue = this.#queues.find(name);
    if (queue === undefined) checkName(name);
    this.#refuseIfClosed(name);
    const excess = this.#queues.excess(name, queue);
    if (excess !== undefined) throw excess;
    return queue;
  }

  #join(
    queue: NameQueue | undefined,
    name: string,
    { kind, settings }: { readonly kind: WaiterKind; readonly settings: AcquireSettings },
  ): Promise<HeldLease | undefined> {
    const pending = (queue ?? this.#queues.open(name)).join(kind, settings);
    const { signal } = settings;
    if (signal === undefined) return pending;
    // A signal that aborted in the tick of the grant wins: nobody would use the lease.
    return pending.then((lease) => {
      if (!signal.aborted) return lease;
      void lease?.release();
      const words = `lock ${JSON.stringify(name)} is not wanted any more: the signal aborted`;
      const details = { lockName: name, outcome: "unknown", cause: signal.reason } as const;
      throw new LockError("ABORTED", words, details);
    });
  }

  #refuseIfClosed(name: string | undefined): void {
    if (this.#closing !== undefined) throw closedError(name);
  }

  #unsupported(what: string): LockError {
    return new LockError("UNSUPPORTED", `provider ${this.#settings.provider.name} has no ${what}`);
  }
}

function lostWhileWorking(loss: LockError, lockName: string, result?: unknown): LockError {
  const why = loss.why ?? "ended";
  const words = `lock ${JSON.stringify(lockName)} was lost before its work was done: ${why}`;
  return new LockError("LEASE_LOST", words, { lockName, why, cause: loss, result });
}

/** A provider that cannot end its connections has nobody to tell: closing does not fail. */
async function dispose(provider: LockProvider): Promise<void> {
  try {
    await provider[Symbol.asyncDispose]();
  } catch {
    // What it left open is the provider's to say.
  }
}

function closedError(lockName: string | undefined): LockError {
  return new LockError("PROVIDER_CLOSED", "these locks were closed", { lockName, why: "closed" });
}

function busy(lockName: string): LockError {
  const words = `lock ${JSON.stringify(lockName)} is held or waited for in this process (waitMs: 0)`;
  return new LockError("WAIT_TIMEOUT", words, { lockName });
}

/**
 * Locks on one backend: everything a program needs, over the single attempts of a provider.
 *
 * Throws `TypeError` or `RangeError` naming an option that is wrong, and a `LockError` UNSUPPORTED
 * for `requireFencing` on a provider without. Opens nothing: providers connect on first use.
 */
export function createLocks<Provider extends LockProvider>(
  options: LocksOptions<Provider> & { readonly requireFencing: true },
): Locks<bigint>;
export function createLocks<Provider extends LockProvider>(
  options: LocksOptions<Provider>,
): Locks<TokenOf<Provider>>;
export function createLocks(options: LocksOptions): Locks {
  return new ProviderLocks(resolveLocksOptions(options));
}
