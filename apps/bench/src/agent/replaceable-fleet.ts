import type { Fleet } from "./agent-host.ts";

let generationCount = 0;

/** A fleet whose processes are replaced when they are left with work that nobody waits for any more. */
export class ReplaceableFleet {
  readonly #open: () => Promise<Fleet>;
  #fleet: Fleet;
  #generation = nextGeneration();
  #isEnded = false;

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

  /** Starts others where those before were ended. */
  async begin(): Promise<void> {
    if (!this.#isEnded) return;
    this.#fleet = await this.#open();
    this.#generation = nextGeneration();
    this.#isEnded = false;
  }

  /** Ends the processes with all that they do. */
  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#fleet.close();
  }
}

function nextGeneration(): number {
  generationCount += 1;
  return generationCount;
}
