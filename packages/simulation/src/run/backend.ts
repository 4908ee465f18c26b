import type { LockProvider } from "@holdfast/core";
import type { CrashLoss } from "../redis/simulated-redis.ts";
import type { Host } from "../world/host.ts";
import type { World } from "../world/world.ts";
import type { Auditor } from "./auditor.ts";
import type { Observer } from "./observer.ts";
import type { Sabotage } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** What backends are made of. */
export interface BackendParts {
  readonly world: World;
  readonly scenario: Scenario;
  readonly observer: Observer;
  readonly sabotage: Sabotage;
}

/** One client process's way to the backend. */
export interface Access {
  readonly provider: LockProvider;
  /** Ends what the user brought, after the locks were closed. */
  disconnect(): void;
}

/** One server of a backend, as those see it who disturb and inspect it. */
export interface Server {
  readonly host: Host;
  readonly auditor: Auditor;
  /** When it last lost data. */
  readonly lostNs: number;
  /** Its process runs; it may still be paused or out of reach. */
  readonly isUp: boolean;
  /** What crashes can do to it. */
  readonly losses: readonly CrashLoss[];
  crash(loss: CrashLoss): void;
  start(): void;
  /** Breaks every connection to it. */
  resetConnections(): void;
  /** Executes an operator's command, if it takes any. */
  operate(command: readonly string[]): void;
  /** The key of a lock, where there are keys. */
  lockKey(name: string): string;
  /** Whose lock it is now, as far as that can be seen. */
  holderOf(name: string): string | undefined;
  /**
   * Until when, in true time, it keeps the lock for that holder, as it is set now; 0 when it does not,
   * infinite where that cannot be seen.
   */
  heldUntilNs(name: string, holderId: string): number;
  /** What holders and waiters have left on it. */
  leftovers(): readonly string[];
}

/** What the locks of a run are kept on. */
export interface Backend {
  readonly servers: readonly Server[];
  /** Every client lives in one process, on this machine. */
  readonly sharedHost: Host | undefined;
  access(host: Host): Access;
}
