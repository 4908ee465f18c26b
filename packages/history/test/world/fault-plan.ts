import type { Journal } from "./journal.ts";
import type { LockServer } from "./lock-server.ts";
import type { LinkFault, Network } from "./network.ts";
import type { Process } from "./process.ts";
import type { Fault, Scenario } from "./scenario.ts";
import type { User } from "./user.ts";
import type { World } from "./world.ts";

/** What there is to break. */
export interface Stage {
  readonly world: World;
  readonly journal: Journal;
  readonly network: Network;
  readonly members: readonly LockServer[];
  readonly users: readonly User[];
}

const HOUR_MS = 3_600_000;
const START_TTLS_MAX = 7;

/** Breaks things at times chosen by chance, and mends them. */
export class FaultPlan {
  readonly #stage: Stage;
  readonly #scenario: Scenario;

  constructor(stage: Stage, scenario: Scenario) {
    this.#stage = stage;
    this.#scenario = scenario;
  }

  async run(): Promise<void> {
    const { world } = this.#stage;
    // The first restarts of members are one after the other: a quorum bears one at a time.
    let restartMs = 0;
    const all = this.#scenario.faults.map(async (fault, index) => {
      let startMs = world.between(0, START_TTLS_MAX * this.#scenario.ttlMs);
      if (fault === "restart") {
        startMs += restartMs;
        restartMs = startMs + 4 * this.#scenario.ttlMs;
      }
      await this.#until(startMs);
      await this.#break(fault, `fault-${index}`);
    });
    await Promise.all(all);
  }

  async #break(fault: Fault, id: string): Promise<void> {
    const { world, journal, users, members } = this.#stage;
    const { ttlMs } = this.#scenario;
    const user = world.pick(users);
    const member = world.pick(members);
    const { process } = user.client;
    switch (fault) {
      case "crash":
        journal.fact("crash", process.name);
        user.crash();
        return;
      case "clock-jump":
        process.jump(-HOUR_MS);
        return;
      case "pause":
        journal.fact("pause", process.name);
        process.pause();
        await this.#until(world.nowMs + world.between(1, 3) * ttlMs);
        journal.fact("resume", process.name);
        process.resume();
        return;
      case "restart":
        journal.fact("fault", member.process.name, id);
        member.restart();
        await this.#until(world.nowMs + 2 * ttlMs);
        journal.fact("heal", member.process.name, id);
        return;
      default:
        await this.#disturb(this.#links(fault, process, member), id);
    }
  }

  #links(fault: Fault, client: Process, member: LockServer): readonly LinkFault[] {
    const { world, members } = this.#stage;
    const untilMs = world.nowMs + world.between(0.3, 1.5) * this.#scenario.ttlMs;
    const all = members.map(({ process }) => process);
    switch (fault) {
      case "lose-replies":
        return all.map((from) => ({ from, to: client, kind: "lose", untilMs }));
      case "hold-requests":
        return all.map((to) => ({ from: client, to, kind: "hold", untilMs }));
      case "hold-some":
        return all.map((to) => ({ from: client, to, kind: fault, untilMs }));
      default: {
        const { process } = member;
        return [
          { from: client, to: process, kind: "hold", untilMs },
          { from: process, to: client, kind: "lose", untilMs },
        ];
      }
    }
  }

  async #disturb(links: readonly LinkFault[], id: string): Promise<void> {
    const { journal, network } = this.#stage;
    const [first] = links;
    if (first === undefined) return;
    journal.fact("fault", first.from.name, id);
    for (const link of links) network.begin(link);
    await this.#until(first.untilMs);
    for (const link of links) network.end(link);
    journal.fact("heal", first.from.name, id);
  }

  #until(atMs: number): Promise<void> {
    return new Promise((resolve) => this.#stage.world.at(atMs, resolve));
  }
}
