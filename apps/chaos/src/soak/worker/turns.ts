import { setImmediate as turnOfLoop } from "node:timers/promises";
import { type Lease, LockError, type LockErrorCode, type Locks } from "@holdfast/core";
import type { Tally } from "./tally.ts";

/** What a caller has at hand. */
export interface Caller {
  readonly locks: Locks;
  readonly tally: Tally;
  /** Of the caller itself, longer-lived than all it asks for, and never aborted. */
  readonly signal: AbortSignal;
  /** A name that nobody used before. */
  freshName(): string;
  /** One of a few names that everybody uses. */
  hotName(): string;
}

/** One thing that a caller does with a lock. Counts its cycle, where it had one. */
type Turn = (caller: Caller) => Promise<void>;

/**
 * A hundred turns in their order, over and over: most take a free lock and go to the server, the others
 * meet one another, give up waiting, or renew.
 */
export function turnOf(index: number): Turn {
  return TURNS[index % TURNS.length] as Turn;
}

/** Short enough that many give up, long enough that some are granted first. */
const WAIT_MS = 2;

const alone: Turn = async ({ locks, tally, signal, freshName }) => {
  const lease = await locks.acquire(freshName(), { signal });
  await giveBack(lease, tally);
};

const tried: Turn = async ({ locks, tally, signal, freshName }) => {
  const lease = await locks.tryAcquire(freshName(), { signal });
  if (lease !== undefined) await giveBack(lease, tally);
};

const used: Turn = async ({ locks, tally, signal, freshName }) => {
  await locks.using(freshName(), (lease) => lease.assertValid(), { signal });
  tally.cycles += 1;
};

const renewed: Turn = async ({ locks, tally, signal, freshName }) => {
  const lease = await locks.acquire(freshName(), { signal });
  await lease.renew();
  await giveBack(lease, tally);
};

const contended: Turn = async ({ locks, tally, signal, hotName }) => {
  const lease = await locks.acquire(hotName(), { signal });
  await turnOfLoop();
  await giveBack(lease, tally);
};

const timedOut: Turn = async ({ locks, tally, hotName }) => {
  const wait = locks.acquire(hotName(), { waitMs: WAIT_MS });
  await giveBackIfGranted(wait, "WAIT_TIMEOUT", tally);
};

const aborted: Turn = async ({ locks, tally, hotName }) => {
  const leaving = new AbortController();
  const wait = locks.acquire(hotName(), { signal: leaving.signal });
  await turnOfLoop();
  leaving.abort();
  await giveBackIfGranted(wait, "ABORTED", tally);
};

async function giveBackIfGranted(
  wait: Promise<Lease>,
  whyNot: LockErrorCode,
  tally: Tally,
): Promise<void> {
  try {
    await giveBack(await wait, tally);
  } catch (error) {
    if (!LockError.is(error) || error.code !== whyNot) throw error;
    tally.withdrawn += 1;
  }
}

async function giveBack(lease: Lease, tally: Tally): Promise<void> {
  const outcome = await lease.release();
  tally.cycles += 1;
  if (outcome !== "released") tally.countFault(`release ${outcome}`);
}

/** Of each turn how many in a hundred, mixed in the same way every time. */
const TURNS: readonly Turn[] = mixed([
  [48, alone],
  [12, tried],
  [8, used],
  [2, renewed],
  [22, contended],
  [4, timedOut],
  [4, aborted],
]);

/** Spreads each turn evenly over the whole. */
function mixed(shares: readonly (readonly [number, Turn])[]): readonly Turn[] {
  return shares
    .flatMap(([count, turn]) =>
      Array.from({ length: count }, (_, index) => ({ turn, place: (index + 0.5) / count })),
    )
    .toSorted((a, b) => a.place - b.place)
    .map(({ turn }) => turn);
}
