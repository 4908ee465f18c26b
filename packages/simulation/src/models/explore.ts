import { type StateBuffer, StateSet, stateBuffer } from "./state-set.ts";

/** All that may change, in fields from 0 to 15. */
export type State = Uint8Array;

/** One thing that may happen next. */
export interface Action {
  /** Does it. False, and nothing is changed, when it cannot happen in this state. */
  apply(state: State): boolean;
  /** Says what happened, from the states around it. */
  describe(step: Step): string;
}

export interface Step {
  readonly before: State;
  /** Not yet in its normal form. */
  readonly after: State;
  readonly names: Names;
}

/** How things that a state only numbers are called: normal forms number them anew. */
export interface Names {
  readonly clients: string[];
  readonly members: string[];
}

/** A finite machine that is explored in all its states. */
export interface Model {
  readonly fieldCount: number;
  readonly actions: readonly Action[];
  /** Changes a fresh state, all fields 0, into the first one. */
  start(state: State): void;
  /** Names by the numbers of the first state. */
  names(): Names;
  /** Brings states that differ in nothing that matters to one form, and renumbers the names alike. */
  normalize(state: State, names?: Names): void;
  /** The invariant that this state violates. */
  violation(state: State): string | undefined;
}

/** A shortest way to a state that must not be. */
export interface Counterexample {
  readonly invariant: string;
  readonly steps: readonly string[];
}

export interface Exploration {
  /** Distinct states seen, all of them when there is no counterexample. */
  readonly stateCount: number;
  readonly transitionCount: number;
  /** Steps from the first state to the furthest. */
  readonly depth: number;
  readonly counterexample: Counterexample | undefined;
}

/**
 * Visits every state that the model can reach, breadth first, so the first violation is one of the
 * shortest. Deterministic. Throws a RangeError when there are more than `statesMax` states.
 */
export function explore(model: Model, statesMax: number): Exploration {
  return new Explorer(model, statesMax).run();
}

class Explorer {
  readonly #model: Model;
  readonly #seen: StateSet;
  readonly #parents: Uint32Array;
  readonly #next: StateBuffer;
  #transitionCount = 0;
  #broken: { readonly number: number; readonly invariant: string } | undefined;

  constructor(model: Model, statesMax: number) {
    this.#model = model;
    this.#seen = new StateSet(model.fieldCount, statesMax);
    this.#parents = new Uint32Array(statesMax);
    this.#next = stateBuffer(model.fieldCount);
  }

  run(): Exploration {
    const { actions, fieldCount } = this.#model;
    const current = stateBuffer(fieldCount);
    const next = this.#next;
    this.#model.start(next.fields);
    this.#visit(0);
    let depth = 0;
    let layerEnd = this.#seen.size;
    for (let number = 0; number < this.#seen.size && this.#broken === undefined; number += 1) {
      if (number === layerEnd) {
        depth += 1;
        layerEnd = this.#seen.size;
      }
      this.#seen.read(number, current);
      next.words.set(current.words);
      for (const action of actions) {
        if (!action.apply(next.fields)) continue;
        this.#transitionCount += 1;
        this.#visit(number);
        if (this.#broken !== undefined) break;
        next.words.set(current.words);
      }
    }
    return {
      stateCount: this.#seen.size,
      transitionCount: this.#transitionCount,
      depth: this.#broken === undefined ? depth : depth + 1,
      counterexample: this.#counterexample(),
    };
  }

  #visit(parent: number): void {
    const state = this.#next.fields;
    this.#model.normalize(state);
    const number = this.#seen.add(this.#next);
    if (number < 0) return;
    this.#parents[number] = parent;
    const invariant = this.#model.violation(state);
    if (invariant !== undefined) this.#broken = { number, invariant };
  }

  #counterexample(): Counterexample | undefined {
    if (this.#broken === undefined) return undefined;
    const { number, invariant } = this.#broken;
    const path = [number];
    for (let at = number; at !== 0; ) {
      at = this.#parents[at] as number;
      path.push(at);
    }
    return { invariant, steps: this.#replay(path.toReversed()) };
  }

  /** Walks the way again, with the same normal forms, and says in names what happens. */
  #replay(path: readonly number[]): readonly string[] {
    const { actions, fieldCount } = this.#model;
    const names = this.#model.names();
    const before = stateBuffer(fieldCount);
    const after = stateBuffer(fieldCount);
    const wanted = stateBuffer(fieldCount);
    this.#model.start(before.fields);
    this.#model.normalize(before.fields, names);
    return path.slice(1).map((number) => {
      this.#seen.read(number, wanted);
      const action = actions.find((candidate) => {
        after.words.set(before.words);
        if (!candidate.apply(after.fields)) return false;
        this.#model.normalize(after.fields);
        return after.words.every((word, index) => word === wanted.words[index]);
      });
      if (action === undefined) throw new Error("a step of the counterexample cannot be repeated");
      after.words.set(before.words);
      action.apply(after.fields);
      const said = action.describe({ before: before.fields, after: after.fields, names });
      this.#model.normalize(after.fields, names);
      before.words.set(after.words);
      return said;
    });
  }
}
