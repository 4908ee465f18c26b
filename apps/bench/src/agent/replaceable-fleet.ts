import type { Fleet } from "./agent-host.ts";

let generationCount = 0;

/** A fleet whose processes are replaced when they are left with work that nobody waits for any more. */
export class ReplaceableFleet {
  readonly #open: () => Promise<Fleet>;
  #fleet: Fleet;
  #generation = nextGeneration();

  private constructor(open: () => Promise<Fleet>, fleet: Fleet) {
    this.#open = open;
    this.#fleet = fleet;
  }

  static async open(open: () => Promise<Fleet>): Promise<ReplaceableFleet> {
    return new ReplaceableFleet(open, await open());
  }

  /** The processes of now. */
  get now(): Fleet {
    return this.#fleet;
  }

  /** Theirs alone in this run. What earlier ones held may still be held for its ttl. */
  get generation(): number {
    return this.#generation;
  }

  /** Ends the processes with all that they do, and starts others. */
  async replace(): Promise<void> {
    await this.#fleet.close();
    this.#fleet = await this.#open();
    this.#generation = nextGeneration();
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }
}

function nextGeneration(): number {
  generationCount += 1;
  return generationCount;
}
