import type { Lease } from "@holdfast/core";
import type { HistoryEvent, Operation, Phase } from "@holdfast/history";
import type { Host } from "../world/host.ts";
import { NS_PER_MS, nsOf } from "../world/nanoseconds.ts";
import type { World } from "../world/world.ts";
import type { Server } from "./backend.ts";
import type { Scenario } from "./scenario.ts";
import { TrackedLease } from "./tracked-lease.ts";

/** Something that must not happen, and did. */
export interface SeedViolation {
  /** Which rule it breaks. */
  readonly rule: string;
  readonly message: string;
  readonly atMs: number;
}

/** One acquisition as its history knows it. */
export interface Hold {
  readonly id: string;
  readonly name: string;
  readonly client: string;
  readonly host: Host;
}

/** The facts of one moment of a hold. */
interface Moment {
  readonly operation: Operation;
  readonly phase: Phase;
  readonly token?: bigint | undefined;
  readonly ttlMs?: number;
  readonly validUntilNs?: number;
  readonly value?: number;
  readonly detail?: string;
  /** Default: what its process has come to. */
  readonly atNs?: number;
}

/** What is expected of locks under the faults of a run. */
type Expectations = Pick<Scenario, "isExclusive" | "majority">;

/** On an idle loop a loss is told at most so late. */
const TOLD_LATE_NS_MAX = 5 * NS_PER_MS;
/** More of one rule only repeats the first. */
const VIOLATIONS_PER_RULE_MAX = 5;

/**
 * Sees everything that happens in a run: writes its history, and after each event checks what only
 * somebody who knows true time and all machines can check.
 */
export class Observer {
  readonly history: HistoryEvent[] = [];
  readonly violations: SeedViolation[] = [];
  readonly #world: World;
  readonly #expectations: Expectations;
  readonly #open = new Map<string, TrackedLease[]>();
  #servers: readonly Server[] = [];
  #holdCount = 0;

  constructor(world: World, expectations: Expectations) {
    this.#world = world;
    this.#expectations = expectations;
  }

  /** Whose locks the leases of this run are. */
  watchServers(servers: readonly Server[]): void {
    this.#servers = servers;
  }

  /** A new acquisition. */
  hold(name: string, client: string, host: Host): Hold {
    this.#holdCount += 1;
    return { id: `h${this.#holdCount}`, name, client, host };
  }

  record(hold: Hold, moment: Moment): void {
    const { token, ...rest } = moment;
    const { id, name, client, host } = hold;
    const event: HistoryEvent = {
      atNs: moment.atNs ?? host.clock.nowNs,
      process: host.name,
      client,
      hold: id,
      name,
      ...rest,
      ...(token === undefined ? {} : { token: token.toString() }),
    };
    this.history.push(event);
    const { operation, phase, detail } = moment;
    const words = [operation, phase, token, moment.validUntilNs, moment.value, detail];
    const said = words.filter((word) => word !== undefined).join(" ");
    this.#world.trace.add(client, `${id} ${name} ${said}`);
  }

  violate(rule: string, message: string): void {
    const atMs = this.#world.nowNs / NS_PER_MS;
    // Of an error the first line: the others name files and differ from machine to machine.
    this.#world.trace.add("VIOLATION", `${rule}: ${message.split("\n")[0]}`);
    const before = this.violations.filter((violation) => violation.rule === rule).length;
    if (before < VIOLATIONS_PER_RULE_MAX) this.violations.push({ rule, message, atMs });
  }

  /** A lease was granted to its holder just now. */
  granted(hold: Hold, lease: Lease, originMs: number): TrackedLease {
    const tracked = new TrackedLease({ hold, lease, originMs });
    this.record(hold, {
      operation: "acquire",
      phase: "ok",
      token: lease.fencingToken,
      validUntilNs: tracked.validUntilNs,
    });
    // A stall of the same loop may lie between a grant and the line that awaits it.
    const isAtOnce = tracked.startNs === this.#world.nowNs;
    if (isAtOnce && tracked.validUntilNs <= tracked.startNs) {
      this.violate("granted-late", `${hold.id} was granted a lease that was over already`);
    }
    this.#checkHeld(tracked);
    const open = this.#open.get(hold.name);
    if (open === undefined) this.#open.set(hold.name, [tracked]);
    else open.push(tracked);
    return tracked;
  }

  /** Leases that their holders have not given up, of one name or of all. */
  open(name?: string): readonly TrackedLease[] {
    if (name !== undefined) return this.#open.get(name) ?? [];
    return [...this.#open.values()].flat();
  }

  /** After each event. */
  settled(): void {
    for (const [name, leases] of this.#open) {
      if (leases.length === 0) continue;
      for (const tracked of leases) this.#look(tracked);
      if (leases.length > 1) this.#checkExclusion(name, leases);
      const { nowNs } = this.#world;
      const left = leases.filter((tracked) => tracked.endNs > nowNs && !tracked.hold.host.isDead);
      if (left.length < leases.length) this.#open.set(name, left);
    }
  }

  /** The holder was shown at this instant of its own that its lease is valid. */
  asserted(tracked: TrackedLease): void {
    const { nowNs } = tracked.hold.host.clock;
    const check = (): void => {
      const others = this.open(tracked.hold.name).filter(
        (other) => other !== tracked && other.startNs < nowNs && other.isValidAt(nowNs),
      );
      if (this.#expectations.isExclusive && others.length > 0) {
        const words = others.map(({ hold }) => hold.id).join(", ");
        this.violate("exclusion", `assertValid() passed for ${tracked.hold.id} beside ${words}`);
      }
    };
    if (nowNs > this.#world.nowNs) this.#world.scheduler.at(nowNs, check);
    else check();
  }

  /** The holder knows that it does not hold any more: from now on, or since `atNs`. */
  lost(tracked: TrackedLease, detail: string, atNs?: number): void {
    if (tracked.endNs !== Number.POSITIVE_INFINITY) return;
    tracked.endNs = atNs ?? tracked.hold.host.clock.nowNs;
    this.record(tracked.hold, { operation: "lost", phase: "ok", detail, atNs: tracked.endNs });
  }

  #look(tracked: TrackedLease): void {
    if (tracked.isEnded) this.lost(tracked, "known to whoever asks", this.#world.nowNs);
    const validUntilNs = tracked.prolonged();
    const atNs = Math.max(this.#world.nowNs, tracked.startNs);
    // Answers that a stalled loop read too late prolong nothing.
    if (validUntilNs !== undefined && atNs < Math.min(tracked.endNs, validUntilNs)) {
      this.record(tracked.hold, { operation: "renew", phase: "invoke", atNs });
      this.record(tracked.hold, { operation: "renew", phase: "ok", validUntilNs, atNs });
      this.#checkProlonged(tracked, validUntilNs);
      this.#checkHeld(tracked);
    }
    this.#checkTold(tracked);
  }

  /**
   * Nobody relies on a lock for longer than a majority of the servers keep it. A server that lost its
   * data since the request may have left is not counted against them: it says nothing, and then waits.
   */
  #checkHeld({ hold, holderId, validUntilNs, lease }: TrackedLease): void {
    if (!this.#expectations.isExclusive || this.#servers.length === 0) return;
    const sinceNs = this.#world.nowNs - nsOf(lease.ttlMs);
    const keeping = this.#servers.filter(
      (server) =>
        server.lostNs >= sinceNs || server.heldUntilNs(hold.name, holderId) >= validUntilNs,
    );
    if (keeping.length >= this.#expectations.majority) return;
    const words = `${hold.id} relies on ${hold.name} until ${validUntilNs} ns`;
    this.violate("held", `${words}, which only ${keeping.length} servers keep for so long`);
  }

  /** The deadline of a lock that the backend has lost moves to what was sent before, and no further. */
  #checkProlonged(tracked: TrackedLease, validUntilNs: number): void {
    if (validUntilNs <= tracked.goneLimitNs) return;
    this.violate("re-created", `${tracked.hold.id} was renewed after its lock was gone`);
  }

  /**
   * Its process runs, its deadline has passed for longer than a timer may be late, and nobody said so.
   * A machine that has slept learns that at its next look, which may be later.
   */
  #checkTold(tracked: TrackedLease): void {
    const { hold, hasSignal, endNs } = tracked;
    const { nowNs } = this.#world;
    if (!hasSignal || endNs <= nowNs || hold.host.sleepCount > 0) return;
    const overdueNs = nowNs - tracked.validUntilNs;
    if (overdueNs <= TOLD_LATE_NS_MAX || hold.host.runningForNs <= TOLD_LATE_NS_MAX) return;
    tracked.hasSignal = false;
    const overdueMs = (overdueNs / NS_PER_MS).toFixed(3);
    this.violate(
      "loss-told",
      `${hold.id} was not told of its loss ${overdueMs} ms after its deadline`,
    );
  }

  #checkExclusion(name: string, leases: readonly TrackedLease[]): void {
    if (!this.#expectations.isExclusive) return;
    const { nowNs } = this.#world;
    const valid = leases.filter((tracked) => tracked.isValidAt(nowNs) && !tracked.hold.host.isDead);
    if (valid.length < 2) return;
    const holds = valid.map(({ hold }) => `${hold.id} of ${hold.client}`).join(" and ");
    this.violate("exclusion", `${holds} are valid holders of ${name} at once`);
    for (const tracked of valid.slice(1)) tracked.endNs = nowNs;
  }
}
