import { PendingList } from "./pending-list.ts";
import type { Step } from "./step.ts";

/** Whether the steps of one lock have an order that a fenced lock could have taken. */
export type Verdict =
  | { readonly result: "linearizable" }
  /** The search was given up. */
  | { readonly result: "unknown" }
  /** After `last` (undefined: at the beginning) none of `next` was possible, and one had to be. */
  | {
      readonly result: "impossible";
      readonly last: Step | undefined;
      readonly next: readonly Step[];
    };

/** What the lock is like after some of the steps. */
interface State {
  /** Index of the step that led here; −1 at the beginning. */
  readonly last: number;
  /** The largest index among the steps taken. */
  readonly furthest: number;
  /** Index of the acquire or renewal that the present holding rests on; −1 when the lock is free. */
  readonly proof: number;
  readonly token: bigint;
  /** The earliest time at which the last step can have taken effect. */
  readonly nowNs: number;
}

interface Frame extends State {
  /** Indexes of what may be next by the times alone, the likeliest first. */
  readonly candidates: readonly number[];
  /** When one of them has to have taken effect. */
  readonly latestNs: number;
  tried: number;
}

const BEGINNING: State = {
  last: -1,
  furthest: -1,
  proof: -1,
  token: -1n,
  nowNs: Number.NEGATIVE_INFINITY,
};

/**
 * Searches for a linearization of a fenced lock: Wing and Gong's search (Testing and verifying
 * concurrent objects, 1993) with Lowe's memory of failed states (Testing for linearizability, 2017).
 *
 * The lock is free or held by one hold. An acquire needs it free and brings a larger token than any
 * before; renewals and releases need it held by their own hold. The lock becomes free by itself when
 * `freeFromNs` has come. Every step takes effect as early as it can, which excludes no order.
 *
 * `steps` are in the order of their invokes. Gives `unknown` after `stepsMax` tries.
 */
export function searchLinearization(steps: readonly Step[], stepsMax: number): Verdict {
  return new Search(steps).run(stepsMax);
}

class Search {
  readonly #steps: readonly Step[];
  readonly #pending: PendingList;
  readonly #path: Frame[] = [];
  /** The earliest time at which each state was found to lead nowhere. */
  readonly #failed = new Map<string, number>();
  #deepest: Frame | undefined;
  #deepestLength = -1;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
    this.#pending = new PendingList(steps.length);
  }

  run(stepsMax: number): Verdict {
    this.#path.push(this.#frame(BEGINNING));
    for (let count = 0; count < stepsMax; ) {
      if (this.#path.length > this.#steps.length) return { result: "linearizable" };
      const frame = this.#path.at(-1);
      if (frame === undefined) return this.#impossible();
      const next = this.#nextOf(frame);
      if (next === undefined) this.#giveUp(frame);
      else this.#path.push(next);
      count += next === undefined ? 0 : 1;
    }
    return { result: "unknown" };
  }

  /** The next candidate that is possible and leads to a state that is not known to fail. */
  #nextOf(frame: Frame): Frame | undefined {
    while (frame.tried < frame.candidates.length) {
      const index = frame.candidates[frame.tried] as number;
      frame.tried += 1;
      const state = this.#after(frame, index);
      if (state === undefined) continue;
      this.#pending.remove(index);
      if (!this.#isKnownToFail(state)) return this.#frame(state);
      this.#pending.restore(index);
    }
    return undefined;
  }

  #isKnownToFail(state: State): boolean {
    if (this.#failed.size === 0) return false;
    const failedNs = this.#failed.get(this.#key(state));
    return failedNs !== undefined && state.nowNs >= failedNs;
  }

  #giveUp(frame: Frame): void {
    if (this.#path.length > this.#deepestLength) {
      this.#deepest = frame;
      this.#deepestLength = this.#path.length;
    }
    this.#path.pop();
    this.#failed.set(this.#key(frame), frame.nowNs);
    if (frame.last >= 0) this.#pending.restore(frame.last);
  }

  /** The state after one more step; undefined where the lock does not allow it. */
  #after(frame: Frame, index: number): State | undefined {
    const step = this.#step(index);
    const proof = frame.proof < 0 ? undefined : this.#step(frame.proof);
    const furthest = Math.max(frame.furthest, index);
    let nowNs = Math.max(frame.nowNs, step.invokeNs);
    if (step.kind !== "acquire") {
      if (proof?.hold !== step.hold || nowNs > frame.latestNs) return undefined;
      return { ...frame, last: index, furthest, proof: step.kind === "renew" ? index : -1, nowNs };
    }
    if (proof !== undefined) nowNs = Math.max(nowNs, proof.freeFromNs);
    const token = step.token ?? frame.token;
    if (nowNs > frame.latestNs || (step.token !== undefined && token <= frame.token)) {
      return undefined;
    }
    return { last: index, furthest, proof: index, token, nowNs };
  }

  /** What may be next: it began before anything else that is pending had to be over. */
  #frame(state: State): Frame {
    let latestNs = Number.POSITIVE_INFINITY;
    const began: number[] = [];
    const pending = this.#pending;
    for (let index = pending.first(); index < this.#steps.length; index = pending.next(index)) {
      const { invokeNs, returnNs } = this.#step(index);
      if (invokeNs > latestNs) break;
      began.push(index);
      if (returnNs < latestNs) latestNs = returnNs;
    }
    const candidates = began.filter((index) => this.#step(index).invokeNs <= latestNs);
    return { ...state, candidates: this.#likeliestFirst(candidates), latestNs, tried: 0 };
  }

  /**
   * The holder's own steps, then acquires. Of those with tokens only the smallest token can be next,
   * since the others would exclude it for ever.
   */
  #likeliestFirst(candidates: readonly number[]): readonly number[] {
    if (candidates.length < 2) return candidates;
    const acquires = candidates.filter((index) => this.#step(index).kind === "acquire");
    let smallest: number | undefined;
    for (const index of acquires) {
      const { token } = this.#step(index);
      if (token === undefined) continue;
      const least = smallest === undefined ? undefined : this.#step(smallest).token;
      if (least === undefined || token < least) smallest = index;
    }
    return [
      ...candidates.filter((index) => this.#step(index).kind !== "acquire"),
      ...(smallest === undefined ? [] : [smallest]),
      ...acquires.filter((index) => this.#step(index).token === undefined),
    ];
  }

  /** Which steps are taken and what the lock rests on; the largest token follows from these. */
  #key({ furthest, proof }: State): string {
    const skipped: number[] = [];
    const pending = this.#pending;
    for (let index = pending.first(); index < furthest; index = pending.next(index)) {
      skipped.push(index);
    }
    return `${furthest} ${proof} ${skipped.join(",")}`;
  }

  #step(index: number): Step {
    return this.#steps[index] as Step;
  }

  #impossible(): Verdict {
    const { last = -1, candidates = [] } = this.#deepest ?? {};
    const next = candidates.map((index) => this.#step(index));
    return { result: "impossible", last: this.#steps[last], next };
  }
}
