import { AttemptOrder, exchange, exchangeNames } from "./attempt-order.ts";
import type { ClientSteps } from "./client-steps.ts";
import type { Names, State } from "./explore.ts";
import { at, COPY, ENDED, HOLDING, type Layout, MEMBERS, NONE, SENT, UNBORN } from "./layout.ts";
import type { Pair } from "./member-steps.ts";
import type { Parts } from "./message-actions.ts";

/** What there may be of an attempt at a member, as bits. */
const ACQUIRE = 1;
const REPAIR = 2;
const RAISE = 4;
const LOCK = 8;

/**
 * One form for states that differ in nothing that matters any more: what an attempt that is over remembers,
 * messages that could change nothing, and the order of attempts and members.
 */
export class NormalForm {
  readonly #layout: Layout;
  readonly #client: ClientSteps;
  readonly #attempts: AttemptOrder;
  /** A raise or release of an attempt whose lock is gone does nothing. Not so in some variants. */
  readonly #dropsIdle: boolean;
  readonly #hasRenewals: boolean;

  constructor({ layout, client, rules }: Parts) {
    this.#layout = layout;
    this.#client = client;
    this.#attempts = new AttemptOrder(layout);
    this.#dropsIdle = rules.raisesOwnLockOnly && rules.releasesOwnLockOnly;
    this.#hasRenewals = layout.renewalCount > 0;
  }

  /** Renumbers the names as it renumbers the state. */
  apply(state: State, names?: Names): void {
    for (const a of this.#layout.attempts) {
      if (state[this.#layout.phase(a)] !== UNBORN) this.#attempt(state, a);
    }
    for (const m of MEMBERS) this.#settleFloor(state, m);
    this.#attempts.sort(state, names);
    this.#order(state, 0, names);
    this.#order(state, 1, names);
    this.#order(state, 0, names);
  }

  /** Only a repair tells what the member remembers from what its clock has passed. */
  #settleFloor(state: State, m: number): void {
    const fence = this.#layout.fence(m);
    const floor = this.#layout.floor(m);
    const isPast = at(state, floor) <= at(state, fence);
    if (!(isPast || this.#hasRenewals)) state[fence] = at(state, floor);
    if (isPast || !this.#hasRenewals) state[floor] = 0;
  }

  #attempt(state: State, a: number): void {
    const layout = this.#layout;
    const isActive = this.#client.isActive(state, a);
    let traces = 0;
    for (const m of MEMBERS) {
      const here = this.#tracesOf(state, m, a);
      traces |= isActive ? here : this.#dropIdle(state, [m, a], here);
      this.#openGuard(state, [m, a], isActive);
    }
    const isElected = isActive && state[layout.phase(a)] === HOLDING;
    const needsToken = isActive && (this.#hasRenewals || !isElected);
    if ((traces & ACQUIRE) === 0) state[layout.proposal(a)] = 0;
    if ((traces & (REPAIR | RAISE)) === 0 && !needsToken) state[layout.token(a)] = 0;
    if ((traces & (ACQUIRE | REPAIR | LOCK)) === 0 && !isActive) state[layout.phase(a)] = ENDED;
  }

  #tracesOf(state: State, m: number, a: number): number {
    const layout = this.#layout;
    const ask = state[layout.ask(m, a)];
    const isRepaired = this.#hasRenewals && state[layout.repair(m, a)] === SENT;
    return (
      (ask === SENT || ask === COPY ? ACQUIRE : 0) |
      (isRepaired ? REPAIR : 0) |
      (state[layout.raise(m, a)] === SENT ? RAISE : 0) |
      (state[layout.holder(m)] === a + 1 ? LOCK : 0)
    );
  }

  /** Of an attempt that is over. Without a lock, or a request that could make one, nothing happens. */
  #dropIdle(state: State, [m, a]: Pair, traces: number): number {
    const layout = this.#layout;
    if ((traces & LOCK) !== 0) state[layout.lockSent(m)] = 0;
    if (!this.#dropsIdle || (traces & (LOCK | ACQUIRE | REPAIR)) !== 0) return traces;
    state[layout.release(m, a)] = NONE;
    state[layout.raise(m, a)] = NONE;
    return 0;
  }

  /** A deadline that passed, or that nobody relies on, need not be waited for. */
  #openGuard(state: State, [m, a]: Pair, isActive: boolean): void {
    const guarded = this.#layout.guarded(m, a);
    const isPassed = at(state, guarded) <= at(state, this.#layout.passed(a));
    if (!isActive || isPassed) state[guarded] = 0;
  }

  /** Exchanges a member and the next when they are not in order. */
  #order(state: State, m: number, names: Names | undefined): void {
    const { columnFields } = this.#layout;
    const from = this.#layout.column(m);
    const to = from + columnFields;
    let same = 0;
    while (same < columnFields && state[from + same] === state[to + same]) same += 1;
    if (same === columnFields || at(state, from + same) < at(state, to + same)) return;
    exchange(state, from, columnFields);
    if (names !== undefined) exchangeNames(names.members, m);
  }
}
