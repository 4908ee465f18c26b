import { describe, expect, test } from "vitest";
import { explore, type Model, type State } from "../src/models/explore.ts";
import { quorumModel } from "../src/models/quorum-model.ts";
import { RULES } from "../src/models/rules.ts";
import { QUIET, type Scope } from "../src/models/scope.ts";
import { StateSet, stateBuffer } from "../src/models/state-set.ts";
import { RandomStream } from "../src/world/random-stream.ts";

const STATES_MAX = 1_000_000;
const WALKS = 3_000;
const STEPS_MAX = 60;
const TIMEOUT_MS = 120_000;

/** Takes a state's normal form and says whether it was among the forms explored. */
class Forms {
  readonly #model: Model;
  readonly #forms: StateSet;
  readonly #form;

  constructor(model: Model) {
    this.#model = model;
    this.#forms = new StateSet(model.fieldCount, STATES_MAX);
    this.#form = stateBuffer(model.fieldCount);
    explore({ ...model, violation: (state) => void this.isNew(state) }, STATES_MAX);
  }

  get size(): number {
    return this.#forms.size;
  }

  isNew(state: State): boolean {
    this.#form.fields.set(state);
    this.#model.normalize(this.#form.fields);
    return this.#forms.add(this.#form) >= 0;
  }
}

function modelOf(bounds: Partial<Scope>): Model {
  return quorumModel({ ...QUIET, ...bounds }, RULES);
}

describe("normal forms", () => {
  test.each<Partial<Scope>>([
    { attempts: 1, restarts: 1, copies: 1, crashes: 1 },
    { attempts: 1, renewals: 1, restarts: 1 },
  ])("stand for every state there is without them: %j", (bounds) => {
    const model = modelOf(bounds);
    const forms = new Forms(model);
    const formCount = forms.size;
    const plain: Model = {
      ...model,
      normalize: () => {
        // Every state is its own form.
      },
      violation: (state) => (forms.isNew(state) ? "a state that no form stands for" : undefined),
    };
    const { stateCount, counterexample } = explore(plain, STATES_MAX);
    expect(counterexample).toBeUndefined();
    expect(stateCount).toBeGreaterThan(10 * formCount);
  });

  test.each<Partial<Scope>>([
    { restarts: 1, proposesAhead: false },
    { renewals: 1, deletions: 1, proposesAhead: false },
  ])(
    "stand for every state of a random walk without them: %j",
    (bounds) => {
      const model = modelOf(bounds);
      const forms = new Forms(model);
      const random = new RandomStream(1, "walks");
      const { fields } = stateBuffer(model.fieldCount);
      for (let walk = 0; walk < WALKS; walk += 1) {
        fields.fill(0);
        model.start(fields);
        for (let step = 0; step < STEPS_MAX; step += 1) {
          const action = model.actions[random.integer(0, model.actions.length - 1)];
          if (action?.apply(fields) && forms.isNew(fields)) throw new Error("a state was missed");
        }
      }
    },
    TIMEOUT_MS,
  );
});
