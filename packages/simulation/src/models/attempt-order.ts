import type { Names, State } from "./explore.ts";
import { ATTEMPT_FIELDS, at, type Layout, MEMBERS, UNBORN } from "./layout.ts";

/**
 * Attempts are alike too, so their order means nothing. They are put in the order of what they are doing,
 * those that did not begin last, and among equals of a hash of all that a state says of each, which is the
 * same in any order of the members. Two that have one hash stay as they are: then a state may be counted twice,
 * and none is missed.
 */
export class AttemptOrder {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  sort(state: State, names: Names | undefined): void {
    for (let end = this.#layout.attemptCount - 1; end > 0; end -= 1) {
      for (let a = 0; a < end; a += 1) {
        if (this.#isOrdered(state, a)) continue;
        this.#swap(state, a);
        if (names !== undefined) exchangeNames(names.clients, a);
      }
    }
  }

  /** Whether an attempt may stay before the next. */
  #isOrdered(state: State, a: number): boolean {
    const phase = at(state, this.#layout.phase(a));
    const nextPhase = at(state, this.#layout.phase(a + 1));
    if (phase !== nextPhase) return phase > nextPhase;
    return phase === UNBORN || this.#hash(state, a) <= this.#hash(state, a + 1);
  }

  #hash(state: State, a: number): number {
    const layout = this.#layout;
    let sum = mixed(state, layout.phase(a), ATTEMPT_FIELDS);
    for (const m of MEMBERS) {
      let pair = mixed(state, layout.ask(m, a), layout.pairFields);
      const isHolder = state[layout.holder(m)] === a + 1;
      pair = step(pair, at(state, layout.guarded(m, a)) * 2 + (isHolder ? 1 : 0));
      pair = step(pair, at(state, layout.fence(m)));
      pair = step(pair, at(state, layout.lockToken(m)));
      sum = (sum + Math.imul(pair ^ (pair >>> 15), 0x85_eb_ca_6b)) | 0;
    }
    return sum ^ (sum >>> 13);
  }

  /** Exchanges an attempt and the next in all that a state says of them. */
  #swap(state: State, a: number): void {
    const layout = this.#layout;
    exchange(state, layout.phase(a), ATTEMPT_FIELDS);
    for (const m of MEMBERS) {
      exchange(state, layout.guarded(m, a), 1);
      exchange(state, layout.ask(m, a), layout.pairFields);
      const holder = at(state, layout.holder(m));
      if (holder === a + 1) state[layout.holder(m)] = a + 2;
      else if (holder === a + 2) state[layout.holder(m)] = a + 1;
    }
  }
}

/** Exchanges `count` fields with as many that follow them. */
export function exchange(state: State, from: number, count: number): void {
  for (let field = from; field < from + count; field += 1) {
    const kept = at(state, field);
    state[field] = at(state, field + count);
    state[field + count] = kept;
  }
}

export function exchangeNames(names: string[], index: number): void {
  names.splice(index, 2, names[index + 1] as string, names[index] as string);
}

function mixed(state: State, from: number, count: number): number {
  let hash = 0x9e_37_79_b9;
  for (let field = from; field < from + count; field += 1) hash = step(hash, at(state, field));
  return hash;
}

/** One step of FNV-1a. */
function step(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01_00_01_93);
}
