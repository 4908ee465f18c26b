import type { ChunkResult, FailedSeed } from "./seed-message.ts";

/** What was run so far. */
export class Tally {
  readonly failed: FailedSeed[] = [];
  seedCount = 0;
  eventCount = 0;
  readonly #finished = new Map<number, ChunkResult>();
  readonly #firstSeed: number;

  constructor(firstSeed: number) {
    this.#firstSeed = firstSeed;
  }

  get violationCount(): number {
    return this.failed.reduce((count, { violations }) => count + violations.length, 0);
  }

  add(result: ChunkResult): void {
    this.seedCount += result.chunk.seedCount;
    this.eventCount += result.eventCount;
    this.failed.push(...result.failed);
    this.#finished.set(result.chunk.firstSeed, result);
  }

  /** What was run without a gap from the first seed on: chunks end in any order. */
  unbroken(): { from: number; to: number; events: number; violations: number } | undefined {
    const from = this.#firstSeed;
    let next = from;
    let events = 0;
    let violations = 0;
    for (let done = this.#finished.get(next); done; done = this.#finished.get(next)) {
      next += done.chunk.seedCount;
      events += done.eventCount;
      violations += done.failed.reduce((count, failed) => count + failed.violations.length, 0);
    }
    return next === from ? undefined : { from, to: next - 1, events, violations };
  }

  /** The last line of every run. */
  summary(): string {
    return `${this.seedCount} seeds, ${this.eventCount} events, ${this.violationCount} violations`;
  }
}
