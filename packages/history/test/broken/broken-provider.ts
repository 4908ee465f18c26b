import type { CheckOptions } from "../../src/check-options.ts";
import type { CheckerName } from "../../src/violation.ts";
import type { Implementation } from "../world/run-scenario.ts";
import type { Fault, Scenario } from "../world/scenario.ts";

/** A lock with one fault that real ones had, and what has to notice it. */
export interface BrokenProvider {
  readonly id: string;
  /** What it does wrong. */
  readonly fault: string;
  readonly caughtBy: CheckerName;
  readonly scenario: Scenario;
  readonly implementation: Implementation;
  /** Where the scenario promises less or more than every scenario does. */
  readonly bounds?: Partial<CheckOptions>;
}

const TTL_MS = 300;
/** Long beside every bound, so that what only its ttl ends is noticed. */
export const LONG_TTL_MS = 6_000;

/** Four clients of one server, who all want one lock. */
export function oneServer(faults: readonly Fault[], ttlMs: number = TTL_MS): Scenario {
  return { members: 1, clients: 4, names: 1, rounds: 12, ttlMs, faults };
}

/** The same on three servers. */
export function threeServers(faults: readonly Fault[], ttlMs: number = TTL_MS): Scenario {
  return { ...oneServer(faults, ttlMs), members: 3 };
}

/** One client, who is in nobody's way but its own, for longer. */
export function alone(scenario: Scenario): Scenario {
  return { ...scenario, clients: 1, rounds: 40 };
}

/** The same fault several times. */
export function times(count: number, fault: Fault): readonly Fault[] {
  return Array.from({ length: count }, () => fault);
}
