import type { Model } from "./explore.ts";
import type { ModelCase } from "./model-case.ts";
import { quorumModel } from "./quorum-model.ts";
import { RULES, type Rules } from "./rules.ts";
import { QUIET, type Scope } from "./scope.ts";

/** A member remembers a token of an attempt that came to nothing, so tokens differ from the start. */
const UNEQUAL: Partial<Scope> = { fences: [1, 0, 0] };
const RESTART: Partial<Scope> = { restarts: 1 };
const DELETION: Partial<Scope> = { renewals: 1, deletions: 1 };

/** The protocol with one rule broken each, within bounds in which that shows. */
export const BROKEN_CASES: readonly ModelCase[] = [
  broken("no-write-back", "the largest token is not written back", [
    { writesBack: false },
    UNEQUAL,
  ]),
  broken("unowned-raise", "a raise does not ask whose lock it is", [
    { raisesOwnLockOnly: false },
    UNEQUAL,
  ]),
  broken("clamped-raise", "raises are clamped like proposals, and a yes is believed", [
    { raisesUnclamped: false },
    UNEQUAL,
  ]),
  broken("late-grant", "a grant that comes in round two counts unraised", [
    { raisesLateGrants: false },
    UNEQUAL,
  ]),
  broken("successor-votes", "a lock put back after a later holder is a vote", [
    { refusesSuccessors: false },
    DELETION,
  ]),
  broken("repair-votes", "a renewal puts back what it does not find, and counts it", [
    { repairsAreNoVotes: false, restoresUnlessOvertaken: false },
    DELETION,
  ]),
  broken("minority", "one grant of three is enough", [{ quorum: 1 }, {}]),
  broken("validity-late", "validity counts from the answer", [{ countsFromSend: false }, {}]),
  broken("no-abstention", "a member that restarted empty votes at once", [
    { abstains: false },
    RESTART,
  ]),
  broken("guard-below-ttl", "the restart guard is shorter than a ttl", [
    { guardOutlastsLeases: false },
    RESTART,
  ]),
  broken("guard-below-clocks", "the restart guard is shorter than clocks and proposals differ", [
    { guardOutlastsClocks: false },
    RESTART,
  ]),
  broken("unverified-vote", "an acquire of before a restart is executed after it", [
    { votesAreVerified: false },
    RESTART,
  ]),
  broken("no-tombstone", "a release in doubt leaves no tombstone", [
    { leavesTombstones: false },
    {},
  ]),
  broken("doubt-forgotten", "a renewal ends the doubt about an unanswered acquire", [
    { doubtStands: false },
    { renewals: 1, copies: 1 },
  ]),
  broken("silent-kept", "members that did not answer are not released", [
    { releasesSilent: false },
    {},
  ]),
  broken("residue", "failed attempts are not given back and never expire", [
    { givesBack: false },
    {},
  ]),
  broken("unowned-release", "a release deletes whosever lock it finds", [
    { releasesOwnLockOnly: false },
    { attempts: 3, proposesAhead: false },
  ]),
];

type Break = readonly [rules: Partial<Rules>, scope: Partial<Scope>];

function broken(id: string, title: string, [rules, scope]: Break): ModelCase {
  const model = (): Model => quorumModel({ ...QUIET, ...scope }, { ...RULES, ...rules });
  return { id, title, isBroken: true, model };
}
