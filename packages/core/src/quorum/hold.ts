import { LockError } from "../lock-error.ts";
import type {
  AcquireRequest,
  Grant,
  LockProvider,
  Refusal,
  ReleaseOutcome,
  RenewOutcome,
  RenewRequest,
} from "../provider.ts";
import type { QuorumMember } from "./quorum-member.ts";

/**
 * One member's part in a hold. Nothing of the holder can be there when nothing was granted and no acquire
 * is open.
 */
export interface Seat {
  readonly member: QuorumMember;
  /** Acquires that were sent and that no answer has told the outcome of: they may still arrive. */
  open: number;
  /** Settles with the answer to the acquire that was sent last. */
  answer: Promise<unknown> | undefined;
  /** Acquires sent. */
  askCount: number;
  /** The member answered that this holder has it. */
  isGranted: boolean;
  /** What the member's grant says of itself, for its release and renewals. */
  state: string | undefined;
  isRepairing: boolean;
  /** The member told of the loss of this holder's lock. */
  isLost: boolean;
}

/** One holder's lock as it is spread over the members. */
export interface Hold {
  readonly name: string;
  readonly holderId: string;
  readonly seats: readonly Seat[];
  /** The lease's token; undefined without fencing, and until it was granted. */
  token: bigint | undefined;
  /** Whatever is left at a member has ended by itself by then, in `Elapsed` milliseconds. */
  endsAtMs: number;
  /** An attempt won it: a copy of that attempt that fails takes nothing away. */
  isWon: boolean;
  /** Its holder has left: nothing may be asked for it any more. */
  isReleased: boolean;
  /** The release under way, which later ones join. */
  release: Promise<ReleaseOutcome> | undefined;
}

/** The holds of a quorum, those that were forgotten by their holders until their ttl has passed. */
export class Holds {
  readonly #holds = new Map<string, Hold>();

  get(holderId: string): Hold | undefined {
    return this.#holds.get(holderId);
  }

  /** Keeps a hold as the youngest, and drops the oldest whose time has passed. */
  keep(hold: Hold, nowMs: number): void {
    this.#holds.delete(hold.holderId);
    this.#holds.set(hold.holderId, hold);
    for (const [holderId, { endsAtMs }] of this.#holds) {
      if (endsAtMs > nowMs) return;
      this.#holds.delete(holderId);
    }
  }

  delete(holderId: string): void {
    this.#holds.delete(holderId);
  }
}

/** `open` is 1 where another process may have asked in this holder's name. */
export function newSeats(members: readonly QuorumMember[], open: 0 | 1): readonly Seat[] {
  return members.map((member) => ({
    member,
    open,
    answer: undefined,
    askCount: 0,
    isGranted: false,
    state: undefined,
    isRepairing: false,
    isLost: false,
  }));
}

/** Sends one acquire for a seat and keeps account of what is open. */
export function askSeat(
  seat: Seat,
  provider: LockProvider,
  request: AcquireRequest,
): Promise<Grant | Refusal> {
  const answer = ask(seat, provider, request);
  seat.answer = answer;
  return answer;
}

async function ask(
  seat: Seat,
  provider: LockProvider,
  request: AcquireRequest,
): Promise<Grant | Refusal> {
  seat.open += 1;
  seat.askCount += 1;
  const number = seat.askCount;
  try {
    const answer = await provider.tryAcquire(request);
    if (typeof answer?.granted !== "boolean") throw noUsableAnswer();
    seat.open -= 1;
    // A late answer to an earlier acquire takes nothing back of what a later one was granted.
    if (!answer.granted && number !== seat.askCount) return answer;
    seat.isGranted = answer.granted;
    if (answer.granted) seat.isLost = false;
    seat.state = answer.granted ? answer.state : undefined;
    return answer;
  } catch (error) {
    // Open it stays unless the fault is sure to have changed nothing.
    if (LockError.is(error) && error.outcome === "not-applied") seat.open -= 1;
    throw error;
  }
}

/** Sends one renewal. Whatever is no outcome is undefined. Never rejects. */
export async function renewAt(
  provider: Pick<LockProvider, "renew">,
  requests: readonly RenewRequest[],
): Promise<readonly (RenewOutcome | undefined)[]> {
  try {
    const outcomes: unknown = await provider.renew(requests);
    return Array.isArray(outcomes) ? outcomes : [];
  } catch {
    return [];
  }
}

function noUsableAnswer(): LockError {
  return new LockError("BACKEND_UNAVAILABLE", "gave no usable answer", { outcome: "unknown" });
}
