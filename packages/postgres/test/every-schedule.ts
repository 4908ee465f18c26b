/** Something that can happen next. */
export interface Action {
  readonly name: string;
  run(): void;
}

/** One run of a small world, which is begun anew for every schedule. */
export interface World {
  /** What can happen now; none ends the schedule. */
  actions(): readonly Action[];
  /** Throws where an invariant does not hold. Called after every action, when all promises have settled. */
  check(): void;
  /** Throws where the end is not as it should be. */
  finish(): void | Promise<void>;
}

/** Longer ones have a loop in them. */
const STEP_COUNT_MAX = 200;

/**
 * Runs a world through all orders in which its actions can happen, and tells how many there are. Rejects with
 * the first order that breaks an invariant.
 *
 * Depth first without storing states: a schedule is begun anew, repeats the choices of the one before up to the
 * last that has an alternative, and takes that.
 */
export async function everySchedule(begin: () => World): Promise<number> {
  let choices: number[] = [];
  for (let count = 1; ; count += 1) {
    const widths = await runOne(begin(), choices);
    let last = widths.length - 1;
    while (last >= 0 && (choices[last] ?? 0) + 1 >= (widths[last] ?? 0)) last -= 1;
    if (last < 0) return count;
    choices = Array.from({ length: last + 1 }, (_, index) => choices[index] ?? 0);
    choices[last] = (choices[last] ?? 0) + 1;
  }
}

/** One schedule: the choices given, then the first of what there is. How many there were at each step. */
async function runOne(world: World, choices: readonly number[]): Promise<readonly number[]> {
  const widths: number[] = [];
  const names: string[] = [];
  try {
    for (let step = 0; step < STEP_COUNT_MAX; step += 1) {
      const actions = world.actions();
      const action = actions[choices[step] ?? 0];
      if (action === undefined) {
        await world.finish();
        return widths;
      }
      widths.push(actions.length);
      names.push(action.name);
      action.run();
      await settled();
      world.check();
    }
    throw new Error("it does not end");
  } catch (cause) {
    throw new Error(`${String(cause)}, after: ${names.join(", ")}`, { cause });
  }
}

/** Rounds of the microtask queue, more than any chain of promises here is long. */
const SETTLE_ROUNDS = 60;

/** Every promise that can settle has. */
export async function settled(): Promise<void> {
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) await undefined;
}
