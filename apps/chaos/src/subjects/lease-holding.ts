import { channel } from "node:diagnostics_channel";
import { type Lease, LockError, type RenewedEvent } from "@holdfast/core";
import type { Holding } from "../subject.ts";

const renewals = channel("holdfast:renewed");
const listeners = new Map<string, Set<() => void>>();

renewals.subscribe((message) => {
  for (const tell of listeners.get((message as RenewedEvent).name) ?? []) tell();
});

/** A lease as the worker sees it; `release` is the lease's own, or the end of a `using`. */
export function leaseHolding(
  lease: Lease,
  release: () => Promise<"ok" | "fail" | "unknown">,
): Holding {
  const { name } = lease;
  let forget = (): void => {};
  return {
    name,
    token: lease.fencingToken,
    validForMs: () => lease.validForMs,
    isValid: () => isValid(lease),
    onLost(tell) {
      const { signal } = lease;
      const told = (): void => {
        forget();
        tell(String((signal.reason as LockError).why));
      };
      if (signal.aborted) told();
      else signal.addEventListener("abort", told, { once: true });
    },
    onRenewed(tell) {
      const ofName = listeners.get(name) ?? new Set();
      listeners.set(name, ofName.add(tell));
      forget = () => {
        ofName.delete(tell);
        if (ofName.size === 0 && listeners.get(name) === ofName) listeners.delete(name);
      };
    },
    renew: () => renewed(lease),
    release: () => {
      forget();
      return release();
    },
    detach() {
      if (!isValid(lease)) return undefined;
      try {
        return lease.detach();
      } catch (error) {
        // An adopted lease, one in `using`, or one whose renewal is under way may not be detached.
        if (LockError.is(error)) return undefined;
        throw error;
      } finally {
        forget();
      }
    },
  };
}

/** `lease.release()` in the words of a history. */
export async function releaseOutcome(lease: Lease): Promise<"ok" | "fail" | "unknown"> {
  const outcome = await lease.release();
  return ({ released: "ok", absent: "fail", unknown: "unknown" } as const)[outcome];
}

function isValid(lease: Lease): boolean {
  try {
    lease.assertValid();
    return true;
  } catch (error) {
    if (LockError.is(error) && error.code === "LEASE_LOST") return false;
    throw error;
  }
}

/** A renewal that is asked for may fail in the ways that a loss or a fault makes it fail. */
async function renewed(lease: Lease): Promise<void> {
  try {
    await lease.renew();
  } catch (error) {
    if (!LockError.is(error)) throw error;
  }
}
