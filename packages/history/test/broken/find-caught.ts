import { checkAll } from "../../src/check-all.ts";
import type { CheckerName, Violation } from "../../src/violation.ts";
import { boundsOf, runScenario } from "../world/run-scenario.ts";
import type { BrokenProvider } from "./broken-provider.ts";

/** How a broken provider was noticed. */
export interface Caught {
  /** The first seed for which the checker that has to notice it did. */
  readonly seed: number;
  /** The others that noticed it in the same run, in alphabetical order. */
  readonly also: readonly CheckerName[];
}

const SEEDS_MAX = 40;

/**
 * Plays the scenario with one seed after the other until the broken provider is caught; undefined when it
 * is not. Throws when a checker blames the correct one in a run that was needed.
 */
export async function findCaught(broken: BrokenProvider): Promise<Caught | undefined> {
  const { scenario, implementation, caughtBy } = broken;
  const bounds = boundsOf(scenario);
  for (let seed = 1; seed <= SEEDS_MAX; seed += 1) {
    const [blamed] = checkAll(await runScenario(seed, scenario), bounds);
    if (blamed !== undefined) throw new Error(`seed ${seed}: ${describe(blamed)}`);
    const violations = checkAll(await runScenario(seed, scenario, implementation), bounds);
    const names = new Set(violations.map(({ checker }) => checker));
    if (names.delete(caughtBy)) return { seed, also: [...names].sort() };
  }
  return undefined;
}

function describe({ checker, message }: Violation): string {
  return `${checker} blames a correct lock: ${message}`;
}
