import type { State } from "./explore.ts";
import {
  at,
  BURIED,
  COPY,
  EVER_OPEN,
  type Layout,
  MEMBERS,
  NONE,
  RELEASED,
  SENT,
  TOKEN_HELD,
} from "./layout.ts";
import type { Rules } from "./rules.ts";

/**
 * What a member does, as the scripts of `packages/redis/src/scripts.ts` do it, each in one step. Time is
 * not counted: a lock may end as soon as the deadlines passed that it outlives, see {@link Layout.lockSent}.
 */
export class MemberSteps {
  readonly #layout: Layout;
  readonly #rules: Rules;

  constructor(layout: Layout, rules: Rules) {
    this.#layout = layout;
    this.#rules = rules;
  }

  /**
   * ACQUIRE_AS_MEMBER. The marker is not here: requests that name an old one are dropped by the restart.
   * True for a grant; the lock then has its token.
   */
  acquire(state: State, pair: Pair, proposal: number): boolean {
    const [m] = pair;
    const taken = this.#answerIfTaken(state, pair);
    if (taken !== undefined) return taken;
    // token = max(last + 1, proposal), and the proposal is clamped to what the clock has passed.
    const last = Math.max(at(state, this.#layout.fence(m)), at(state, this.#layout.floor(m)));
    this.#take(state, pair, Math.max(last + 1, proposal));
    return true;
  }

  /** ACQUIRE_AS_MEMBER with a slackUs of '': a repair, with the lease's own token. */
  restore(state: State, pair: Pair): boolean {
    const [m, a] = pair;
    const taken = this.#answerIfTaken(state, pair);
    if (taken !== undefined) return taken;
    const token = at(state, this.#layout.token(a));
    // `if last and last > token then return '--1'`: a later holder may have been there.
    if (at(state, this.#layout.fence(m)) > token && this.#rules.restoresUnlessOvertaken)
      return false;
    this.#take(state, pair, token);
    return true;
  }

  /** True for the same holder, whose ttl starts anew, false for others; undefined when it is free. */
  #answerIfTaken(state: State, [m, a]: Pair): boolean | undefined {
    const layout = this.#layout;
    // `if have[3] then return '!'`: this holder gave up.
    if (this.#rules.leavesTombstones && state[layout.release(m, a)] === BURIED) return false;
    if (state[layout.holder(m)] === 0) return undefined;
    if (state[layout.holder(m)] !== a + 1) return false;
    state[layout.lockSent(m)] = at(state, layout.sent(a));
    return true;
  }

  /** SET fence; SET lock PX ttl. */
  #take(state: State, [m, a]: Pair, token: number): void {
    const layout = this.#layout;
    state[layout.fence(m)] = token;
    state[layout.holder(m)] = a + 1;
    state[layout.lockToken(m)] = token;
    state[layout.lockSent(m)] = at(state, layout.sent(a));
  }

  /** RENEW_AND_RAISE. True where the lock is this holder's; never creates one. */
  raise(state: State, [m, a]: Pair): boolean {
    const layout = this.#layout;
    const holder = layout.holder(m);
    // `mine(key, holder)`. A clamped raise would change nothing where the clock is behind, and say yes.
    if (state[holder] !== a + 1) {
      if (this.#rules.raisesOwnLockOnly) return false;
      state[holder] = a + 1;
      state[layout.lockToken(m)] = 0;
    }
    const token = this.#rules.raisesUnclamped ? at(state, layout.token(a)) : 0;
    if (token > at(state, layout.lockToken(m))) {
      state[layout.lockToken(m)] = token;
      state[layout.fence(m)] = Math.max(token, at(state, layout.fence(m)));
    }
    state[layout.lockSent(m)] = at(state, layout.sent(a));
    return true;
  }

  /** RELEASE, or RELEASE_IN_DOUBT, whose tombstone lasts for longer than anything is explored. */
  release(state: State, [m, a]: Pair, isInDoubt: boolean): void {
    const layout = this.#layout;
    if (state[layout.holder(m)] === a + 1 || !this.#rules.releasesOwnLockOnly) {
      this.freeLock(state, m);
    }
    const isBuried = isInDoubt || state[layout.release(m, a)] === BURIED;
    state[layout.release(m, a)] = isBuried ? BURIED : RELEASED;
  }

  /** DEL of the lock, or its ttl. The fence stays. */
  freeLock(state: State, m: number): void {
    state[this.#layout.holder(m)] = 0;
    state[this.#layout.lockToken(m)] = 0;
    state[this.#layout.lockSent(m)] = 0;
  }

  /**
   * Comes back without its data. Proposals are clamped to the server's TIME, and the guard is long enough
   * that this is past every token minted before, by the time it votes again.
   */
  restart(state: State, m: number): void {
    const layout = this.#layout;
    this.freeLock(state, m);
    const { abstains, guardOutlastsClocks } = this.#rules;
    const floor = abstains && guardOutlastsClocks ? largestToken(state, layout) : 0;
    state[layout.floor(m)] = floor;
    state[layout.fence(m)] = 0;
    for (const a of layout.attempts) this.#forget(state, [m, a]);
  }

  #forget(state: State, [m, a]: Pair): void {
    const layout = this.#layout;
    if (state[layout.release(m, a)] === BURIED) state[layout.release(m, a)] = RELEASED;
    if (!this.#rules.votesAreVerified) return;
    // `if have[4] ~= ARGV[7]`: what is under way names the old marker, or died with its connection.
    this.#drop(state, layout.ask(m, a), layout.open(m, a));
    if (layout.renewalCount > 0) this.#drop(state, layout.repair(m, a), layout.open(m, a));
  }

  #drop(state: State, request: number, open: number): void {
    if (state[request] !== SENT && state[request] !== COPY) return;
    state[request] = NONE;
    if (state[open] !== 0) state[open] = EVER_OPEN;
  }
}

/** A member and an attempt. */
export type Pair = readonly [member: number, attempt: number];

/** The largest token that anybody minted. */
export function largestToken(state: State, layout: Layout): number {
  let largest = at(state, TOKEN_HELD);
  for (const m of MEMBERS) {
    largest = Math.max(largest, at(state, layout.fence(m)), at(state, layout.floor(m)));
    for (const a of layout.attempts) largest = Math.max(largest, at(state, layout.voteToken(m, a)));
  }
  for (const a of layout.attempts) largest = Math.max(largest, at(state, layout.token(a)));
  return largest;
}
