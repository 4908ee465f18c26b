import { type LockProvider, memory } from "@holdfast/core";
import type { Host } from "../world/host.ts";
import type { Access, Backend, BackendParts } from "./backend.ts";
import { clientClock, drawClock } from "./clock-traits.ts";
import { delegate } from "./delegate.ts";

/** Locks in the memory of one process, for several `Locks` in it. */
export class MemoryBackend implements Backend {
  readonly servers: readonly [] = [];
  readonly sharedHost: Host;
  readonly #provider: LockProvider;

  constructor({ world, scenario, sabotage }: BackendParts) {
    this.sharedHost = world.addHost(
      "p",
      drawClock(world.random("clock of p"), clientClock(scenario)),
    );
    const provider = memory({ clock: this.sharedHost.clock });
    this.#provider = sabotage.provider?.(provider, 0) ?? provider;
  }

  /** Closing one of the `Locks` leaves the memory to the others. */
  access(): Access {
    const provider = delegate(this.#provider, { [Symbol.asyncDispose]: async () => undefined });
    return { provider, disconnect: () => undefined };
  }
}
