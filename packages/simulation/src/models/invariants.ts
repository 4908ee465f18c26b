import { timeActions } from "./event-actions.ts";
import type { Action, State } from "./explore.ts";
import {
  ATTEMPT_FIELDS,
  at,
  BURIED,
  COPY,
  CRASHED,
  DELETION_COUNT,
  FAILED,
  HOLDING,
  IN_DOUBT,
  type Layout,
  MEMBERS,
  PLAIN,
  RELEASED,
  REVIVED,
  SENT,
  TOKEN_NOT_LARGER,
  VIOLATION,
} from "./layout.ts";
import { messageActions, type Parts } from "./message-actions.ts";
import { stateBuffer } from "./state-set.ts";

export const INVARIANTS = {
  exclusion: "no two clients believe that they hold",
  tokens: "every lease's token is larger than that of every lease before",
  ghosts: "nothing is locked for an attempt after its release was processed",
  revival: "no renewal that was sent after a later lease was granted succeeds",
  leftovers: "with every attempt over and every message delivered, nothing is locked",
  progress: "when everybody is gone and time has passed, a new client is granted the lock",
} as const;

/** The attempt whose place the newcomer takes. */
const NEWCOMER = 0;
/** Asked, heard, raised, heard. */
const NEWCOMER_ROUNDS = 2;
/** Holds what was left of that attempt. */
const NOBODY = 15;

/** What must hold in every state. */
export class Invariants {
  readonly #parts: Parts;
  readonly #layout: Layout;
  /** Expiries and ends of guards. */
  readonly #time: readonly Action[];
  /** Arrivals of a newcomer's messages. */
  readonly #messages: readonly Action[];
  readonly #later: State;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#layout = parts.layout;
    this.#time = timeActions(parts);
    this.#messages = messageActions(parts, NEWCOMER);
    this.#later = stateBuffer(parts.layout.fieldCount).fields;
  }

  violated(state: State): string | undefined {
    // Who deletes locks by hand takes exclusion away, for as long as the lease was valid.
    if (state[DELETION_COUNT] === 0 && this.#holders(state) > 1) return INVARIANTS.exclusion;
    if (state[VIOLATION] === TOKEN_NOT_LARGER) return INVARIANTS.tokens;
    if (state[VIOLATION] === REVIVED) return INVARIANTS.revival;
    if (this.#hasGhost(state)) return INVARIANTS.ghosts;
    if (this.#isQuiet(state) && MEMBERS.some((m) => state[this.#layout.holder(m)] !== 0)) {
      return INVARIANTS.leftovers;
    }
    if (!this.#isFreeLater(state)) return INVARIANTS.progress;
    return undefined;
  }

  #holders(state: State): number {
    let count = 0;
    for (const a of this.#layout.attempts) {
      if (state[this.#layout.phase(a)] === HOLDING) count += 1;
    }
    return count;
  }

  #hasGhost(state: State): boolean {
    const layout = this.#layout;
    for (const m of MEMBERS) {
      const holder = at(state, layout.holder(m));
      if (holder === 0) continue;
      const release = state[layout.release(m, holder - 1)];
      if (release === BURIED || release === RELEASED) return true;
    }
    return false;
  }

  /** Every attempt that began has ended in good order, and nothing is under way. */
  #isQuiet(state: State): boolean {
    const layout = this.#layout;
    for (const a of layout.attempts) {
      const phase = state[layout.phase(a)];
      if (this.#parts.client.isActive(state, a) || phase === CRASHED || phase === FAILED)
        return false;
      for (const m of MEMBERS) if (this.#isUnderWay(state, m, a)) return false;
    }
    return true;
  }

  #isUnderWay(state: State, m: number, a: number): boolean {
    const layout = this.#layout;
    const ask = state[layout.ask(m, a)];
    const release = state[layout.release(m, a)];
    return (
      ask === SENT ||
      ask === COPY ||
      release === PLAIN ||
      release === IN_DOUBT ||
      state[layout.raise(m, a)] === SENT ||
      (layout.renewalCount > 0 && state[layout.repair(m, a)] === SENT)
    );
  }

  /** Everybody crashes and time passes; then a new client asks, and every message arrives at once. */
  #isFreeLater(state: State): boolean {
    const later = this.#later;
    const { client, layout } = this.#parts;
    later.set(state);
    for (const a of layout.attempts) if (client.isActive(later, a)) client.crash(later, a);
    for (const event of this.#time) event.apply(later);
    this.#clearAttempt(later, NEWCOMER);
    client.ask(later, NEWCOMER, 0);
    for (let round = 0; round < NEWCOMER_ROUNDS; round += 1) {
      for (const message of this.#messages) message.apply(later);
    }
    return later[layout.phase(NEWCOMER)] === HOLDING;
  }

  /** What is left of it on the members stays. */
  #clearAttempt(state: State, a: number): void {
    const layout = this.#layout;
    state.fill(0, layout.phase(a), layout.phase(a) + ATTEMPT_FIELDS);
    for (const m of MEMBERS) {
      const holder = layout.holder(m);
      if (state[holder] === a + 1) state[holder] = NOBODY;
      state.fill(0, layout.ask(m, a), layout.ask(m, a) + layout.pairFields);
    }
  }
}
