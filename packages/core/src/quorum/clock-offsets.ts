import type { Elapsed } from "../elapsed.ts";

/**
 * How far each member's clock is from ours, as its answers show, in milliseconds.
 *
 * Expiries and the floor of new tokens are counted by the members' own clocks. One that ran away may have
 * forgotten a lock or a fence early, so votes count together only where the clocks behind them agree.
 */
export class ClockOffsets {
  readonly #elapsed: Elapsed;
  readonly #limitMs: number;
  readonly #offsets: (number | undefined)[];
  #medianMs: number | undefined;
  /** No two are further apart than allowed: the usual case, in which nothing need be sorted. */
  #isOne = true;

  /** `limitMs` is how far two members of one quorum may be apart. */
  constructor(elapsed: Elapsed, memberCount: number, limitMs: number) {
    this.#elapsed = elapsed;
    this.#limitMs = limitMs;
    this.#offsets = new Array<number | undefined>(memberCount).fill(undefined);
  }

  /** An answer to a request of `sentAtMs` (monotonic) said `serverTimeMs`. */
  heard(member: number, sentAtMs: number, serverTimeMs: number): void {
    const middleMs = (this.#elapsed.at(sentAtMs) + this.#elapsed.nowMs()) / 2;
    this.#offsets[member] = serverTimeMs - middleMs;
    const known = this.#offsets.filter((offset) => offset !== undefined).sort(ascending);
    this.#medianMs = known[Math.floor(known.length / 2)];
    this.#isOne = (known.at(-1) ?? 0) - (known[0] ?? 0) <= this.#limitMs;
  }

  /** The time by the members' clocks, once one was heard. */
  serverNowMs(): number | undefined {
    return this.#medianMs === undefined ? undefined : this.#elapsed.nowMs() + this.#medianMs;
  }

  /** The most of these members whose clocks agree with each other. */
  agreeing(members: readonly number[]): readonly number[] {
    if (this.#isOne) return members;
    const unheard = members.filter((member) => this.#offsets[member] === undefined);
    const heard = members
      .filter((member) => this.#offsets[member] !== undefined)
      .sort((a, b) => ascending(this.#offset(a), this.#offset(b)));
    let most: readonly number[] = [];
    for (const [from, first] of heard.entries()) {
      const near = heard
        .slice(from)
        .filter((member) => this.#offset(member) - this.#offset(first) <= this.#limitMs);
      if (near.length > most.length) most = near;
    }
    return [...unheard, ...most];
  }

  /** How far a member's clock is from the median, if that is too far to agree with it; else 0. */
  strayMs(member: number): number {
    const offsetMs = this.#offsets[member];
    if (offsetMs === undefined || this.#medianMs === undefined) return 0;
    const awayMs = Math.abs(offsetMs - this.#medianMs);
    return awayMs > this.#limitMs ? awayMs : 0;
  }

  #offset(member: number): number {
    return this.#offsets[member] ?? 0;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
