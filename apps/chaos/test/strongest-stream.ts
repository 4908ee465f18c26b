import { RandomStream } from "../src/random-stream.ts";

/** Draws the most of everything, and the first of many, so that a fault is as strong as it can be. */
export class StrongestStream extends RandomStream {
  constructor() {
    super(0, "strongest");
  }

  override fraction(): number {
    return 0.999;
  }

  override pick<Item>(items: readonly Item[]): Item {
    const [first] = items;
    if (first === undefined) throw new RangeError("there is nothing to pick from");
    return first;
  }

  override shuffled<Item>(items: readonly Item[]): readonly Item[] {
    return items;
  }

  /** 50 would be the most flushes or compactions: more of the same, for seconds. */
  override integer(min: number, max: number): number {
    return Math.max(min, Math.min(max, 5));
  }

  override chance(probability: number): boolean {
    return probability > 0;
  }
}
