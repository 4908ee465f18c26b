import { type AcquireOptions, type Lease, LockError, type LockErrorCode } from "@holdfast/core";
import { nsOf } from "../world/nanoseconds.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { Client } from "./client.ts";
import { Holder } from "./holder.ts";
import type { Hold } from "./observer.ts";
import type { Run } from "./run.ts";
import type { TrackedLease } from "./tracked-lease.ts";

type Way = "try" | "acquire" | "using";

const WAYS: readonly Way[] = ["try", "acquire", "acquire", "acquire", "using"];

/** What asking for a lock may end with, besides a lease. */
const CODES_EXPECTED: ReadonlySet<LockErrorCode> = new Set<LockErrorCode>([
  "WAIT_TIMEOUT",
  "ABORTED",
  "BACKEND_UNAVAILABLE",
  "NO_QUORUM",
  "PROVIDER_CLOSED",
]);

/** One thread of a client's program: takes locks by turns, holds them a while and does what holders do. */
export class Worker {
  readonly #client: Client;
  readonly #run: Run;
  readonly #random: RandomStream;
  readonly #holder: Holder;

  constructor(client: Client) {
    this.#client = client;
    this.#run = client.run;
    this.#random = client.random;
    this.#holder = new Holder(client);
  }

  /** Until the run heals or the client's locks are closed. */
  async work(): Promise<void> {
    while (!this.#run.isHealing && !this.#client.isClosed) {
      await this.#client.sleep(this.#random.between(0, this.#restMs()));
      await this.#turn();
    }
  }

  #restMs(): number {
    return this.#run.scenario.ttlMsMax * this.#random.pick([0.01, 0.1, 0.5]);
  }

  async #turn(): Promise<void> {
    const ticket = this.#client.tickets.shift();
    if (ticket !== undefined) return this.#holder.adopt(ticket);
    const name = this.#random.pick(this.#run.scenario.names);
    const hold = this.#run.observer.hold(name, this.#client.name, this.#client.host);
    const way = this.#random.pick(WAYS);
    const options = this.#options(way);
    const asked = `${way} ${JSON.stringify({ ...options, signal: options.signal !== undefined })}`;
    const { ttlMs } = options;
    this.#run.observer.record(hold, {
      operation: "acquire",
      phase: "invoke",
      ttlMs,
      detail: asked,
    });
    if (way === "using") return this.#use(hold, options);
    const tracked = await this.#acquire(hold, way, options);
    if (tracked === undefined) return;
    await this.#holder.hold(tracked);
    await this.#holder.finish(tracked);
  }

  #options(way: Way): AcquireOptions & { readonly ttlMs: number } {
    const random = this.#random;
    const { ttlsMs, ttlMsMax } = this.#run.scenario;
    const waitMs = random.pick([undefined, 0, ttlMsMax * 0.2, ttlMsMax * 3]);
    return {
      ttlMs: random.pick(ttlsMs),
      ...(way === "try" || waitMs === undefined ? {} : { waitMs }),
      ...(random.chance(0.2) ? { renew: random.chance(0.5) } : {}),
      ...(random.chance(0.15) ? { maxHoldMs: ttlMsMax * random.between(0.1, 3) } : {}),
      ...(random.chance(0.25) ? { signal: this.#abortingSignal() } : {}),
    };
  }

  /** Aborts after a while, or so many microtasks from now, or has aborted already, or never does. */
  #abortingSignal(): AbortSignal {
    const random = this.#random;
    const controller = new AbortController();
    const reason = new Error("the workload aborts");
    const abort = (): void => controller.abort(reason);
    const abortAfter = async (microtasks: number): Promise<void> => {
      for (let count = 0; count < microtasks; count += 1) await undefined;
      abort();
    };
    const how = random.integer(0, 9);
    if (how === 0) abort();
    else if (how < 4) void abortAfter(random.integer(0, 30));
    else if (how < 9) this.#client.post(this.#soonNs(), abort);
    return controller.signal;
  }

  #soonNs(): number {
    const delayMs = this.#random.between(0, this.#run.scenario.ttlMsMax);
    return this.#client.host.clock.nowNs + nsOf(delayMs);
  }

  async #acquire(hold: Hold, way: Way, options: AcquireOptions): Promise<TrackedLease | undefined> {
    const { locks, originMs } = this.#client;
    const { observer } = this.#run;
    const call = way === "try" ? this.#try(hold, options) : locks.acquire(hold.name, options);
    let lease: Lease | undefined;
    try {
      lease = await this.#client.settled(`${way} of ${hold.id}`, call);
    } catch (error) {
      this.#refused(hold, error);
      return undefined;
    }
    if (lease !== undefined) return this.#holder.listen(observer.granted(hold, lease, originMs));
    observer.record(hold, { operation: "acquire", phase: "fail", detail: "held" });
    return undefined;
  }

  #try(hold: Hold, { waitMs: _, ...options }: AcquireOptions): Promise<Lease | undefined> {
    return this.#client.locks.tryAcquire(hold.name, options);
  }

  async #use(hold: Hold, options: AcquireOptions): Promise<void> {
    const { locks, originMs } = this.#client;
    const { observer } = this.#run;
    const result = this.#random.fraction();
    const failure = this.#random.chance(0.2) ? new Error("the work fails") : undefined;
    let tracked: TrackedLease | undefined;
    let wasLost = false;
    const work = async (lease: Lease): Promise<number> => {
      tracked = this.#holder.listen(observer.granted(hold, lease, originMs));
      await this.#holder.hold(tracked);
      wasLost = this.#holder.isOver(tracked);
      this.#holder.releasing(tracked);
      if (failure !== undefined) throw failure;
      return result;
    };
    const outcome = await this.#client
      .settled(`using of ${hold.id}`, locks.using(hold.name, work, options))
      .then(
        (value): unknown => value,
        (error: unknown) => error,
      );
    if (tracked === undefined) return this.#refused(hold, outcome);
    this.#holder.released(tracked, undefined);
    const isLoss = LockError.is(outcome) && outcome.code === "LEASE_LOST";
    const isRight =
      failure === undefined
        ? outcome === result || (isLoss && outcome.result === result)
        : outcome === failure;
    if (!isRight || (wasLost && failure === undefined && !isLoss)) {
      observer.violate("using", `${hold.id} ended with ${String(outcome)}, lost: ${wasLost}`);
    }
  }

  /** Asking ended without a lease: in a way that it may? */
  #refused(hold: Hold, error: unknown): void {
    const { observer } = this.#run;
    if (!LockError.is(error) || !isExpected(error)) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      observer.violate("error", `${hold.id} was refused with ${words}`);
      return;
    }
    const phase = error.outcome === "not-applied" ? "fail" : "unknown";
    const detail = `${error.code} ${error.outcome}`;
    observer.record(hold, { operation: "acquire", phase, detail });
  }
}

/** A lease of `using` may be lost before its work begins. */
function isExpected({ code }: LockError): boolean {
  return CODES_EXPECTED.has(code) || code === "LEASE_LOST";
}
