import {
  type AcquireOptions,
  createLocks,
  type Lease,
  LockError,
  type LockErrorCode,
  type Locks,
  type Ticket,
} from "@holdfast/core";
import type { Holding, Refused, SubjectClient, Target, Wish } from "../subject.ts";
import { holdRoutine } from "./hold-routine.ts";
import { holdfastProvider } from "./holdfast-provider.ts";
import { leaseHolding, releaseOutcome } from "./lease-holding.ts";
import { shiftedClock } from "./shifted-clock.ts";

/** What asking for a lock may end with, besides a lease. A lease may be lost before its `using` begins. */
const CODES_EXPECTED: ReadonlySet<LockErrorCode> = new Set<LockErrorCode>([
  "WAIT_TIMEOUT",
  "ABORTED",
  "BACKEND_UNAVAILABLE",
  "BACKEND_REJECTED",
  "NO_QUORUM",
  "PROVIDER_CLOSED",
  "LEASE_LOST",
  // Postgres, when its lock table is full.
  "LIMIT_EXCEEDED",
]);

/** Connects Holdfast. */
export async function openHoldfast(target: Target): Promise<SubjectClient> {
  const clock = shiftedClock(target.clock);
  const provider = await holdfastProvider(target, clock);
  const locks = createLocks({ provider, ttlMsMax: target.ttlMsMax });
  return {
    acquire: (wish) => answerOf(wish, () => granted(locks, wish)),
    adopt: (ticket) => answerOf(undefined, () => adopted(locks, ticket as Ticket)),
    close: async () => {
      await locks.close();
    },
  };
}

async function granted(locks: Locks, wish: Wish): Promise<Holding | Refused> {
  const { name, way } = wish;
  if (way === "using") return await used(locks, wish);
  const lease = await (way === "try"
    ? locks.tryAcquire(name, optionsOf(wish))
    : locks.acquire(name, { ...optionsOf(wish), waitMs: wish.waitMs }));
  if (lease === undefined) return { refused: "fail", detail: "held" };
  return leaseHolding(lease, () => releaseOutcome(lease));
}

async function used(locks: Locks, wish: Wish): Promise<Holding> {
  const options = { ...optionsOf(wish), waitMs: wish.waitMs };
  const { lease, end } = await holdRoutine<Lease, number>((work) =>
    locks.using(wish.name, work, options),
  );
  const release = async (): Promise<"ok" | "fail" | "unknown"> => {
    const result = Math.random();
    const outcome = await end(result).catch((error: unknown) => error);
    const isLoss = LockError.is(outcome) && outcome.code === "LEASE_LOST";
    const isRight = outcome === result || (isLoss && outcome.result === result);
    if (!isRight) throw new Error(`using ended with ${String(outcome)}`, { cause: outcome });
    // What became of its release, `using` does not tell.
    return "unknown";
  };
  return leaseHolding(lease, release);
}

async function adopted(locks: Locks, ticket: Ticket): Promise<Holding> {
  const lease = await locks.adopt(ticket);
  return leaseHolding(lease, () => releaseOutcome(lease));
}

function optionsOf({ ttlMs, renew, signal }: Wish): Omit<AcquireOptions, "waitMs"> {
  return { ttlMs, renew, signal };
}

/** A refusal in the words of a history; what no caller has to expect is thrown on. */
async function answerOf(
  wish: Wish | undefined,
  ask: () => Promise<Holding | Refused>,
): Promise<Holding | Refused> {
  try {
    return await ask();
  } catch (error) {
    if (!LockError.is(error) || !CODES_EXPECTED.has(error.code)) throw error;
    // An adoption that is refused leaves the holding to its ttl.
    const isSure = wish !== undefined && error.outcome === "not-applied";
    const detail = error.code === "ABORTED" ? "aborted" : error.code;
    return { refused: isSure ? "fail" : "unknown", detail };
  }
}
