import { LockError, type ReleaseOutcome, type Ticket } from "@holdfast/core";
import { nsOf } from "../world/nanoseconds.ts";
import type { RandomStream } from "../world/random-stream.ts";
import type { Client } from "./client.ts";
import type { Run } from "./run.ts";
import type { TrackedLease } from "./tracked-lease.ts";

type Step = "sleep" | "assert" | "write" | "renew" | "stall";

const STEPS: readonly Step[] = ["sleep", "sleep", "assert", "write", "write", "renew", "stall"];
const STEPS_MAX = 5;
const SIGNAL_CHANCE = 0.85;
/** Clocks count in doubles. */
const ROUNDING_NS = 1_000;

/** What a program does with a lease: works, looks whether it is still its own, and gives it back. */
export class Holder {
  readonly #client: Client;
  readonly #run: Run;
  readonly #random: RandomStream;

  constructor(client: Client) {
    this.#client = client;
    this.#run = client.run;
    this.#random = client.random;
  }

  /** Listens to the signal, as most holders do. */
  listen(tracked: TrackedLease): TrackedLease {
    if (!this.#random.chance(SIGNAL_CHANCE)) return tracked;
    const { signal } = tracked.lease;
    const told = (): void =>
      this.#run.observer.lost(tracked, String((signal.reason as LockError).why));
    if (signal.aborted) told();
    else signal.addEventListener("abort", told, { once: true });
    tracked.hasSignal = true;
    return tracked;
  }

  /** The holder was told, or gave it up. */
  isOver(tracked: TrackedLease): boolean {
    return tracked.endNs <= this.#client.host.clock.nowNs;
  }

  async hold(tracked: TrackedLease): Promise<void> {
    const stepCount = this.#random.integer(0, STEPS_MAX);
    for (let step = 0; step < stepCount && !this.isOver(tracked); step += 1) {
      await this.#step(tracked);
    }
  }

  /** Gives the lease up in one of the ways there are. */
  async finish(tracked: TrackedLease): Promise<void> {
    const random = this.#random;
    if (random.chance(0.1)) return this.#detach(tracked);
    if (random.chance(0.05)) return this.#forget(tracked);
    await this.#release(tracked);
  }

  async adopt(ticket: Ticket): Promise<void> {
    const { observer } = this.#run;
    const { name, host, locks, originMs } = this.#client;
    const hold = observer.hold(ticket.name, name, host);
    const { ttlMs } = ticket;
    observer.record(hold, { operation: "acquire", phase: "invoke", ttlMs, detail: "adopt" });
    try {
      const lease = await this.#client.settled(`adoption by ${hold.id}`, locks.adopt(ticket));
      const tracked = this.listen(observer.granted(hold, lease, originMs));
      await this.hold(tracked);
      await this.#release(tracked);
    } catch (error) {
      if (!LockError.is(error)) throw error;
      observer.record(hold, { operation: "acquire", phase: "unknown", detail: error.code });
    }
  }

  /** The release leaves now. */
  releasing(tracked: TrackedLease): void {
    if (tracked.endNs === Number.POSITIVE_INFINITY) tracked.endNs = this.#client.host.clock.nowNs;
    this.#run.observer.record(tracked.hold, { operation: "release", phase: "invoke" });
  }

  /** The release was answered; `using` does not tell how. */
  released(tracked: TrackedLease, outcome: ReleaseOutcome | undefined): void {
    const phases = { released: "ok", absent: "fail", unknown: "unknown" } as const;
    const phase = outcome === undefined ? "unknown" : phases[outcome];
    this.#run.observer.record(tracked.hold, { operation: "release", phase });
  }

  async #step(tracked: TrackedLease): Promise<void> {
    const step = this.#random.pick(STEPS);
    switch (step) {
      case "sleep":
        return this.#client.sleep(this.#sleepMs(tracked));
      case "assert":
        return void this.#assert(tracked);
      case "write":
        return this.#write(tracked);
      case "renew":
        return this.#renew(tracked);
      case "stall":
        if (this.#run.scenario.faults.includes("client-stall")) this.#stall(tracked);
    }
  }

  #sleepMs({ lease }: TrackedLease): number {
    const share = this.#random.pick([0.02, 0.1, 0.4, 1.5]);
    return this.#random.between(0, lease.ttlMs * (this.#run.isHealing ? 0.05 : share));
  }

  /** A loop that stands still, and the first line after it. */
  #stall(tracked: TrackedLease): void {
    if (this.#run.isHealing) return;
    this.#client.host.stall(nsOf(this.#random.between(0, 2) * tracked.lease.ttlMs));
    this.#assert(tracked);
  }

  /** True when the lease says that it is valid, which at this instant it then has to be. */
  #assert(tracked: TrackedLease): boolean {
    const { observer } = this.#run;
    const { lease, hold } = tracked;
    try {
      lease.assertValid();
    } catch (error) {
      if (!LockError.is(error) || error.code !== "LEASE_LOST") throw error;
      this.#run.observer.lost(tracked, `${error.why} at assertValid`);
      return false;
    }
    const overdueNs = hold.host.clock.nowNs - tracked.validUntilNs;
    if (overdueNs >= ROUNDING_NS) {
      observer.violate("assert-valid", `${hold.id} passed ${overdueNs} ns after its deadline`);
    }
    observer.asserted(tracked);
    return true;
  }

  /** Adds one to the resource, by reading and writing: another holder in between would be lost. */
  async #write(tracked: TrackedLease): Promise<void> {
    const { resource, observer } = this.#run;
    const { hold, lease } = tracked;
    const token = lease.fencingToken;
    if (token === undefined || !this.#assert(tracked)) return;
    const { name } = hold;
    const { host } = this.#client;
    observer.record(hold, { operation: "read", phase: "invoke", token });
    const read = await this.#client.settled("read", resource.request(host, { name, token }));
    const phase = read.isAccepted ? "ok" : "fail";
    observer.record(hold, { operation: "read", phase, value: read.value });
    if (!read.isAccepted) return;
    observer.record(hold, { operation: "write", phase: "invoke", token });
    const value = read.value + 1;
    const write = await this.#client.settled(
      "write",
      resource.request(host, { name, token, value }),
    );
    const end = write.isAccepted ? "ok" : "fail";
    observer.record(hold, { operation: "write", phase: end, token });
  }

  async #renew(tracked: TrackedLease): Promise<void> {
    const { lease, hold } = tracked;
    const { world } = this.#run;
    world.trace.add(this.#client.name, `${hold.id} renews`);
    try {
      await this.#client.settled(`renewal of ${hold.id}`, lease.renew());
    } catch (error) {
      if (!LockError.is(error)) throw error;
      world.trace.add(this.#client.name, `${hold.id} is not renewed: ${error.code}`);
    }
  }

  async #release(tracked: TrackedLease): Promise<void> {
    const { lease, hold } = tracked;
    const wasLost = this.isOver(tracked) || tracked.isEnded;
    this.releasing(tracked);
    const released = lease.release();
    const isRepeated = this.#random.chance(0.1);
    if (isRepeated && lease.release() !== released) {
      this.#run.observer.violate("release", `${hold.id} was released twice, with two promises`);
    }
    const outcome = await this.#client.settled(`release of ${hold.id}`, released);
    // A lease that was lost was released then, long before it was asked for.
    this.released(tracked, wasLost ? undefined : outcome);
  }

  /** A program that never gives back: its lease has to end by itself. */
  async #forget(tracked: TrackedLease): Promise<void> {
    const { ttlMs } = tracked.lease;
    for (let round = 0; round < 4 && !this.isOver(tracked); round += 1) {
      await this.#client.sleep(ttlMs / 2);
      if (!this.#run.isHealing) this.#assert(tracked);
    }
    await this.#release(tracked);
  }

  /** Passes the lease on to another client, or to this one again. */
  async #detach(tracked: TrackedLease): Promise<void> {
    const { clients, observer } = this.#run;
    const { lease, hold } = tracked;
    let ticket: Ticket;
    try {
      ticket = lease.detach();
    } catch (error) {
      if (!LockError.is(error)) throw error;
      return await this.#release(tracked);
    }
    this.releasing(tracked);
    observer.record(hold, { operation: "release", phase: "unknown", detail: "detached" });
    const heir = this.#random.pick(clients);
    const arrivesNs =
      this.#client.host.clock.nowNs + nsOf(this.#random.between(0, lease.ttlMs / 4));
    heir.post(arrivesNs, () => void heir.tickets.push(ticket));
  }
}
