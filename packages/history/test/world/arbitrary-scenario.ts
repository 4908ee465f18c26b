import fc from "fast-check";
import { faults, type Scenario } from "./scenario.ts";

/** Any scenario that a test has the time for. */
export const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record({
  members: fc.constantFrom(1, 3, 5),
  clients: fc.integer({ min: 1, max: 6 }),
  names: fc.integer({ min: 1, max: 2 }),
  rounds: fc.integer({ min: 1, max: 12 }),
  ttlMs: fc.integer({ min: 200, max: 2_000 }),
  faults: fc.array(fc.constantFrom(...faults), { maxLength: 8 }),
});
