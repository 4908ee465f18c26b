import type { State } from "../explore.ts";

/** Who takes part: two who wait, each with one holderId, and one who holds at first. */
export const WAITERS = [0, 1] as const;
export const FIRST_HOLDER = 2;

/** Fields of one who waits. */
export const Field = {
  phase: 0,
  /** Of the last proof of the place: when it was sent, plus one, and its stamp. */
  basisAt: 1,
  basisStamp: 2,
  /** Until when it relies on the lock. */
  validUntil: 3,
  request: 4,
  requestAt: 5,
  reply: 6,
  replyValue: 7,
  /** A second copy of the join is on its way. */
  copy: 8,
  /** Tokens of messages on their way, 0 for none; of which the first may come twice. */
  message: 9,
  laterMessage: 10,
  isDoubled: 11,
  release: 12,
  /** Place in the queue from 1, 0 for none, and until when it is taken for alive. */
  place: 13,
  liveUntil: 14,
  tombstone: 15,
} as const;
const FIELDS_PER_WAITER = 16;

/** Fields of the server and the world. */
const SHARED = WAITERS.length * FIELDS_PER_WAITER;
export const NOW: number = SHARED;
/** 0 for nobody, else who plus one. */
export const LOCK: number = SHARED + 1;
export const LOCK_UNTIL: number = SHARED + 2;
export const FENCE: number = SHARED + 3;
export const LOCK_TOKEN: number = SHARED + 4;
/** The largest token that anybody relied on. */
export const RELIED_ON: number = SHARED + 5;
/** Of the one who holds at first: until when, 0 once it is over; and whether its release is on its way. */
export const FIRST_UNTIL: number = SHARED + 6;
export const FIRST_RELEASE: number = SHARED + 7;
/** What went wrong in the last step: 0 for nothing. */
export const WRONG: number = SHARED + 8;
export const FIELD_COUNT: number = SHARED + 9;

export const Phase = { idle: 0, joining: 1, waiting: 2, holding: 3, over: 4 } as const;
export const Request = { none: 0, join: 1, beat: 2, renew: 3 } as const;
export const Reply = { none: 0, waiting: 1, granted: 2, absent: 3 } as const;
export const Release = { none: 0, plain: 1, inDoubt: 2 } as const;
export const Wrong = { none: 0, ghost: 1, token: 2 } as const;

/** Ticks. A claim is shorter than a ttl, and a life as long as a claim. */
export const CLAIM = 2;
export const TTL = 3;
export const LIFE = 2;

type FieldNumber = (typeof Field)[keyof typeof Field];

export function get(state: State, waiter: number, field: FieldNumber): number {
  return state[of(waiter, field)] as number;
}

export function set(state: State, index: number, value: number): void {
  state[index] = value;
}

/** Where a field of one who waits is. */
export function of(waiter: number, field: FieldNumber): number {
  return waiter * FIELDS_PER_WAITER + field;
}

export function shared(state: State, field: number): number {
  return state[field] as number;
}
