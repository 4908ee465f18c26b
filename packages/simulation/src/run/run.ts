import type { LockProvider, QuorumOptions } from "@holdfast/core";
import type { World } from "../world/world.ts";
import type { Backend } from "./backend.ts";
import type { Client } from "./client.ts";
import type { Observer } from "./observer.ts";
import type { Resource } from "./resource.ts";
import type { Scenario } from "./scenario.ts";

/** Changes for the worse what a run is made of, to see whether that is noticed. */
export interface Sabotage {
  /** Of what each client uses of a server, or of one member of a quorum, by its place from 0 on. */
  provider?(provider: LockProvider, index: number): LockProvider;
  /** Of every client's timers: so much later than a timer may be. */
  readonly timersLateMs?: number;
  /** Of the quorum itself. */
  readonly quorum?: Pick<QuorumOptions, "restartGuardMs">;
}

/** What the parts of one run share. */
export interface Run {
  readonly world: World;
  readonly scenario: Scenario;
  readonly backend: Backend;
  readonly observer: Observer;
  readonly resource: Resource;
  /** Everyone that was started and has not died. */
  clients: Client[];
  /** From here on nothing new goes wrong, and everyone finishes. */
  isHealing: boolean;
}
