import type { State } from "../explore.ts";
import {
  CLAIM,
  FENCE,
  Field,
  get,
  LIFE,
  LOCK,
  LOCK_TOKEN,
  LOCK_UNTIL,
  NOW,
  of,
  Reply,
  set,
  shared,
  TTL,
  WAITERS,
  WRONG,
  Wrong,
} from "./queue-layout.ts";
import type { QueueRules } from "./queue-rules.ts";

/** The scripts of the queue, each one step. They answer with a reply and its token or stamp. */
export class QueueServer {
  readonly #rules: QueueRules;

  constructor(rules: QueueRules) {
    this.#rules = rules;
  }

  isFree(state: State): boolean {
    return shared(state, LOCK) === 0 || shared(state, NOW) >= shared(state, LOCK_UNTIL);
  }

  /** JOIN_QUEUE. */
  join(state: State, waiter: number): readonly [number, number] {
    const isShutOut = get(state, waiter, Field.tombstone) === 1;
    if (this.#rules.seesTombstones && isShutOut) return [Reply.absent, 0];
    if (this.isFree(state) && this.#first(state) !== undefined) this.#pump(state);
    if (this.#isHeldBy(state, waiter)) return this.#prolong(state);
    if (this.isFree(state) && this.#first(state) === undefined) {
      this.#lock(state, waiter, TTL);
      return [Reply.granted, shared(state, LOCK_TOKEN)];
    }
    if (get(state, waiter, Field.place) === 0) {
      const places = WAITERS.map((other) => get(state, other, Field.place));
      set(state, of(waiter, Field.place), Math.max(...places) + 1);
    }
    set(state, of(waiter, Field.liveUntil), shared(state, NOW) + LIFE);
    return [Reply.waiting, shared(state, FENCE)];
  }

  /** HEARTBEAT of one. */
  beat(state: State, waiter: number): readonly [number, number] {
    if (this.#isHeldBy(state, waiter)) return this.#prolong(state);
    if (get(state, waiter, Field.place) === 0) return [Reply.absent, 0];
    set(state, of(waiter, Field.liveUntil), shared(state, NOW) + LIFE);
    if (this.#rules.beatsPump && this.isFree(state)) {
      this.#pump(state);
      if (this.#isHeldBy(state, waiter)) return this.#prolong(state);
    }
    return [Reply.waiting, shared(state, FENCE)];
  }

  /** RENEW of one. */
  renew(state: State, waiter: number): readonly [number, number] {
    return this.#isHeldBy(state, waiter) ? this.#prolong(state) : [Reply.absent, 0];
  }

  /** RELEASE and RELEASE_IN_DOUBT, of anybody. */
  release(state: State, who: number, isInDoubt: boolean): void {
    if (this.#isHeldBy(state, who)) this.#free(state);
    if (isInDoubt) {
      set(state, of(who, Field.tombstone), 1);
      if (this.#rules.leavesQueue) this.#leave(state, who);
    }
    if (this.isFree(state)) this.#pump(state);
  }

  #isHeldBy(state: State, who: number): boolean {
    return !this.isFree(state) && shared(state, LOCK) === who + 1;
  }

  #prolong(state: State): readonly [number, number] {
    state[LOCK_UNTIL] = shared(state, NOW) + TTL;
    return [Reply.granted, shared(state, LOCK_TOKEN)];
  }

  /** Dead entries go; the first that lives is granted, and told. */
  #pump(state: State): void {
    for (;;) {
      const first = this.#first(state);
      if (first === undefined) return;
      const lives = get(state, first, Field.liveUntil) >= shared(state, NOW);
      this.#leave(state, first);
      if (!lives) continue;
      this.#lock(state, first, CLAIM);
      const slot = get(state, first, Field.message) === 0 ? Field.message : Field.laterMessage;
      set(state, of(first, slot), shared(state, LOCK_TOKEN));
      return;
    }
  }

  #first(state: State): number | undefined {
    const waiting = WAITERS.filter((waiter) => get(state, waiter, Field.place) > 0);
    return waiting.sort((a, b) => get(state, a, Field.place) - get(state, b, Field.place))[0];
  }

  #lock(state: State, waiter: number, ticks: number): void {
    const token = shared(state, FENCE) + 1;
    state[FENCE] = token;
    state[LOCK] = waiter + 1;
    state[LOCK_TOKEN] = token;
    state[LOCK_UNTIL] = shared(state, NOW) + ticks;
    if (get(state, waiter, Field.tombstone) === 1) state[WRONG] = Wrong.ghost;
  }

  #free(state: State): void {
    state[LOCK] = 0;
    state[LOCK_TOKEN] = 0;
    state[LOCK_UNTIL] = 0;
  }

  #leave(state: State, waiter: number): void {
    const place = get(state, waiter, Field.place);
    if (place === 0) return;
    set(state, of(waiter, Field.place), 0);
    set(state, of(waiter, Field.liveUntil), 0);
    for (const other of WAITERS) {
      const behind = get(state, other, Field.place);
      if (behind > place) set(state, of(other, Field.place), behind - 1);
    }
  }
}
