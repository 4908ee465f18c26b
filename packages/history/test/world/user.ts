import type { Lease, LockClient } from "./lock-client.ts";
import type { Resource } from "./resource.ts";
import type { Scenario } from "./scenario.ts";

const THINK_MS_MAX = 120;
const WAIT_MS_MIN = 20;
const WAIT_MS_MAX = 2_500;
const WRITES_MAX = 4;

/** Takes locks, adds to what they guard, and gives them back. */
export class User {
  readonly client: LockClient;
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #scenario: Scenario;
  readonly #crashed: Promise<void>;
  #crash: () => void = () => undefined;

  constructor(client: LockClient, resources: ReadonlyMap<string, Resource>, scenario: Scenario) {
    this.client = client;
    this.#resources = resources;
    this.#scenario = scenario;
    this.#crashed = new Promise((resolve) => {
      this.#crash = resolve;
    });
  }

  /** Resolves when all rounds are done, or when the process is dead. */
  async run(): Promise<void> {
    await Promise.race([this.#rounds(), this.#crashed]);
  }

  crash(): void {
    this.client.process.crash();
    this.#crash();
  }

  async #rounds(): Promise<void> {
    const { process } = this.client;
    const { world } = process;
    for (let round = 0; round < this.#scenario.rounds; round += 1) {
      await process.sleep(world.between(0, THINK_MS_MAX));
      const name = world.pick([...this.#resources.keys()]);
      const waitMs = world.between(WAIT_MS_MIN, WAIT_MS_MAX);
      const lease = await this.client.acquire(name, `${process.name}/${round}`, waitMs);
      if (lease === undefined) continue;
      await this.#work(lease);
      await this.client.release(lease);
    }
  }

  async #work(lease: Lease): Promise<void> {
    const { process } = this.client;
    const { world } = process;
    const isLong = world.between(0, 4) < 1;
    // Some do not look whether they still have the lock. The resource does.
    const isDeaf = world.between(0, 4) < 1;
    const count = Math.floor(world.between(0, WRITES_MAX + 1));
    for (let index = 0; index < count && (isDeaf || lease.state === "held"); index += 1) {
      await this.#resources.get(lease.name)?.write(lease);
      await process.sleep(world.between(1, isLong ? this.#scenario.ttlMs : 20));
    }
  }
}
