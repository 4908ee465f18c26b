import type { Journal } from "./journal.ts";
import type { Lease } from "./lock-client.ts";
import type { Process } from "./process.ts";
import type { World } from "./world.ts";

/** What the lock guards: counts additions, and refuses a token smaller than one it has seen. */
export class Resource {
  readonly #world: World;
  readonly #journal: Journal;
  readonly #name: string;
  #largest = 0n;
  #count = 0;

  constructor(world: World, journal: Journal, name: string) {
    this.#world = world;
    this.#journal = journal;
    this.#name = name;
  }

  async write(lease: Lease): Promise<void> {
    this.#journal.note(lease, "write invoke", { token: `${lease.token}` });
    await this.#way(lease.process);
    const isAccepted = lease.token >= this.#largest;
    if (isAccepted) {
      this.#largest = lease.token;
      this.#count += 1;
    }
    await this.#way(lease.process);
    this.#journal.note(lease, isAccepted ? "write ok" : "write fail");
  }

  async read(process: Process): Promise<void> {
    const caller = { process, hold: `audit of ${this.#name}`, name: this.#name };
    this.#journal.note(caller, "read invoke");
    await this.#way(process);
    const value = this.#count;
    await this.#way(process);
    this.#journal.note(caller, "read ok", { value });
  }

  /** A request is on its way whatever becomes of the process that sent it. */
  #way(process: Process): Promise<void> {
    const world = this.#world;
    const atMs = world.nowMs + world.between(0.2, 2);
    return new Promise((resolve) => world.at(atMs, () => process.run(resolve)));
  }
}
