import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** A link that does what it should not. `from` and `to` are processes. */
export interface LinkFault {
  readonly from: Process;
  readonly to: Process;
  /** `lose`: nothing arrives. `hold`: it arrives when the fault is over; of `hold-some` half does. */
  readonly kind: "lose" | "hold" | "hold-some";
  readonly untilMs: number;
}

const DELAY_MS_MIN = 0.5;
const DELAY_MS_MAX = 4;

/** Carries messages between processes, each late by chance, in no order. */
export class Network {
  readonly #world: World;
  readonly #faults = new Set<LinkFault>();

  constructor(world: World) {
    this.#world = world;
  }

  begin(fault: LinkFault): void {
    this.#faults.add(fault);
  }

  end(fault: LinkFault): void {
    this.#faults.delete(fault);
  }

  send(from: Process, to: Process, deliver: () => void): void {
    const world = this.#world;
    const delayMs = world.between(DELAY_MS_MIN, DELAY_MS_MAX);
    const fault = [...this.#faults].find((it) => it.from === from && it.to === to);
    if (fault?.kind === "lose") return;
    const isHeld = fault !== undefined && (fault.kind === "hold" || world.between(0, 2) < 1);
    world.at((isHeld ? fault.untilMs : world.nowMs) + delayMs, () => to.run(deliver));
  }
}
