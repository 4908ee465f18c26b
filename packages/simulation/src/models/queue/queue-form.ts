import type { State } from "../explore.ts";
import {
  CLAIM,
  Field,
  get,
  LOCK,
  LOCK_TOKEN,
  LOCK_UNTIL,
  NOW,
  of,
  Phase,
  set,
  shared,
  WAITERS,
} from "./queue-layout.ts";

/** Times that have passed: any is as good as another, and no tick is before the first. */
const LONG_AGO = 1;

/** Brings states that differ only in what can change nothing any more to one form. */
export function normalize(state: State): void {
  const now = shared(state, NOW);
  if (shared(state, LOCK_UNTIL) <= now) {
    state[LOCK] = 0;
    state[LOCK_TOKEN] = 0;
    state[LOCK_UNTIL] = 0;
  }
  for (const waiter of WAITERS) {
    const phase = get(state, waiter, Field.phase);
    // Nobody hears what is told, or answered, to one that is over.
    if (phase === Phase.over)
      clear(state, waiter, [Field.reply, Field.replyValue, Field.requestAt]);
    if (phase === Phase.over || phase === Phase.holding) {
      clear(state, waiter, [Field.message, Field.laterMessage, Field.isDoubled]);
    }
    const validUntil = get(state, waiter, Field.validUntil);
    if (validUntil > 0 && validUntil <= now) set(state, of(waiter, Field.validUntil), LONG_AGO);
    const basisAt = get(state, waiter, Field.basisAt);
    const isStale = basisAt > 0 && now >= basisAt - 1 + CLAIM;
    if (isStale) set(state, of(waiter, Field.basisAt), LONG_AGO);
    const isDead = get(state, waiter, Field.liveUntil) < now;
    if (isDead) set(state, of(waiter, Field.liveUntil), 0);
  }
}

function clear(
  state: State,
  waiter: number,
  fields: readonly (typeof Field)[keyof typeof Field][],
): void {
  for (const field of fields) set(state, of(waiter, field), 0);
}
