import type { ModelCase } from "./model-case.ts";
import { quorumModel } from "./quorum-model.ts";
import { RULES } from "./rules.ts";
import { QUIET, type Scope } from "./scope.ts";

/** The protocol as it is, within bounds that a test run can afford. */
export const SOUND_CASES: readonly ModelCase[] = [
  sound("renewals", "2 clients, clocks behind, 2 renewals each with repairs, 1 restart", {
    proposesAhead: false,
    renewals: 2,
    restarts: 1,
  }),
  sound("restarts", "2 clients, any clocks, 2 restarts, 1 crash", { restarts: 2, crashes: 1 }),
  sound("three-clients", "3 clients, clocks behind", { attempts: 3, proposesAhead: false }),
  sound("copies", "2 clients, clocks behind, 1 renewal each, 1 restart, 1 copy by a driver", {
    proposesAhead: false,
    renewals: 1,
    restarts: 1,
    copies: 1,
  }),
  sound("deletions", "2 clients, any clocks, 1 renewal each, 1 lock deleted by hand", {
    renewals: 1,
    deletions: 1,
  }),
];

/** The same within wider bounds: minutes each, on demand. */
export const DEEP_CASES: readonly ModelCase[] = [
  sound("deep-three-clients", "3 clients, any clocks", { attempts: 3 }),
  sound("deep-restart", "3 clients, clocks behind, 1 restart", {
    attempts: 3,
    proposesAhead: false,
    restarts: 1,
  }),
  sound("deep-fences", "3 clients, clocks behind, members that remember 2, 1 and no token", {
    attempts: 3,
    proposesAhead: false,
    fences: [2, 1, 0],
  }),
  sound("deep-renewals", "2 clients, any clocks, 2 renewals each with repairs, 2 restarts", {
    renewals: 2,
    restarts: 2,
  }),
  sound("deep-faults", "2 clients, any clocks, 1 renewal each, 1 restart, 1 crash, 1 copy", {
    renewals: 1,
    restarts: 1,
    crashes: 1,
    copies: 1,
  }),
  sound("deep-deletions", "2 clients, clocks behind, 2 renewals each, 1 lock deleted by hand", {
    proposesAhead: false,
    renewals: 2,
    deletions: 1,
  }),
  {
    id: "deep-overtaken",
    title: "a repair is granted whatever token was given out",
    isBroken: true,
    model: () =>
      quorumModel(
        { ...QUIET, proposesAhead: false, renewals: 2, deletions: 1 },
        { ...RULES, restoresUnlessOvertaken: false },
      ),
  },
];

function sound(id: string, title: string, scope: Partial<Scope>): ModelCase {
  return { id, title, isBroken: false, model: () => quorumModel({ ...QUIET, ...scope }, RULES) };
}
