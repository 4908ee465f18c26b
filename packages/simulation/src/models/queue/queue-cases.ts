import type { ModelCase } from "../model-case.ts";
import { queueModel } from "./queue-model.ts";
import { QUEUE_RULES, type QueueRules, type QueueScope } from "./queue-rules.ts";

const SCOPE: QueueScope = { ticks: 4, copies: 1, doubles: false };

/** The queue as it is, within bounds that a test run can afford. */
export const SOUND_QUEUE_CASES: readonly ModelCase[] = [
  {
    id: "queue",
    title: "1 who holds and 2 who wait, 4 ticks, joins that a driver sends twice",
    isBroken: false,
    model: () => queueModel(SCOPE, QUEUE_RULES),
  },
];

/** The same with messages that come twice, and longer: on demand. */
export const DEEP_QUEUE_CASES: readonly ModelCase[] = [
  {
    id: "deep-queue",
    title: "1 who holds and 2 who wait, 5 ticks, joins and messages that come twice",
    isBroken: false,
    model: () => queueModel({ ticks: 5, copies: 1, doubles: true }, QUEUE_RULES),
  },
];

/** The queue with one rule broken each. */
export const BROKEN_QUEUE_CASES: readonly ModelCase[] = [
  broken("message-believed", "a message counts whatever its token", "tokenAboveBasis"),
  broken("counts-from-message", "a grant by message counts from its receipt", "countsFromBasis"),
  broken("late-join", "a join that comes late sees no tombstone", "seesTombstones"),
  broken("place-kept", "a release in doubt leaves the place in the queue", "leavesQueue"),
  broken("no-pump", "a heartbeat does not hand on a lock that nobody holds", "beatsPump"),
];

function broken(id: string, title: string, rule: keyof QueueRules): ModelCase {
  const rules = { ...QUEUE_RULES, [rule]: false };
  return { id, title, isBroken: true, model: () => queueModel(SCOPE, rules) };
}
