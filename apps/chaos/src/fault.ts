import type { Fleet } from "./fleet.ts";
import type { Ground } from "./ground.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Subject } from "./subject.ts";

/** Something that goes wrong on purpose. */
export interface Fault {
  /** What `--faults` and the report call it: `server-killed`. */
  readonly id: string;
  /** One line for `--list` and the report. */
  readonly about: string;
  /**
   * What it breaks. At most one fault of each side is under way at a time, so that a quorum has at most the
   * broken members of one fault.
   */
  readonly side: "backend" | "fleet";
  /**
   * Why no run draws it unless `--faults` names it: what the guarantees page says of exclusion under it. A
   * run that has it reports, and promises nothing.
   */
  readonly leftOut?: string;
  /** Moves a clock that only subjects see which run on it ({@link Subject.isOnTargetClock}): others are spared. */
  readonly movesTargetClock?: true;
  /** Whether it can be done to this ground, on this machine; a string says why not. */
  appliesTo(ground: Ground): boolean | string;
  /**
   * Breaks something, lasts a while and mends it; resolves when mended. Mends as well when `scene.signal`
   * aborts. Rejects only when it could not be done: that ends the run as an error of the harness.
   */
  inflict(scene: Scene): Promise<void>;
}

/** What a fault has at hand. */
export interface Scene {
  readonly ground: Ground;
  readonly fleet: Fleet;
  readonly random: RandomStream;
  /** The longest ttl in use. */
  readonly ttlMsMax: number;
  /** Aborts when the run ends. */
  readonly signal: AbortSignal;
  /** Ends early, without an error, when the run ends. */
  sleep(ms: number): Promise<void>;
  /** For the report: what exactly was done ("member 2", "1,340 ms"). */
  note(text: string): void;
}
