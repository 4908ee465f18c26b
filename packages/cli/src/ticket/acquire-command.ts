import { type AcquireOptions, type Lease, LockError, type Locks } from "@holdfast/core";
import { readLockFlags } from "../command-line/lock-flags.ts";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT, exitCodeOfSignal } from "../exit-code.ts";
import { openLocks } from "../open-locks.ts";
import { jsonLine, print } from "../print.ts";
import { SignalRelay } from "../run/signal-relay.ts";
import { UsageError } from "../usage-error.ts";
import { discard, keep, reserve, type TicketPlace, ticketPlace } from "./ticket-place.ts";

const STDOUT = 1;

/** `holdfast acquire`: takes a lock that outlives this process, and leaves its ticket. Prints the fencing token. */
export async function acquireCommand({ words, flags }: CommandLine): Promise<number> {
  const [name = ""] = words;
  const { ttlMs, waitMs } = readLockFlags(flags);
  const place = ticketPlace(flags);
  using signals = new SignalRelay();
  const locks = await openLocks(flags, ttlMs === undefined ? {} : { ttlMs });
  try {
    const lease = await acquireInto(place, locks, { name, waitMs, signal: signals.aborted });
    if (!("fd" in place && place.fd === STDOUT)) print(told(lease, flags.has("json")));
    return EXIT.done;
  } catch (error) {
    const { first } = signals;
    if (LockError.is(error) && error.code === "ABORTED" && first) return exitCodeOfSignal(first);
    throw error;
  } finally {
    await locks.close();
  }
}

/** Takes the lock and keeps its ticket, or neither. The lease is detached then, and says no more than its facts. */
async function acquireInto(
  place: TicketPlace,
  locks: Locks,
  { name, ...options }: AcquireOptions & { readonly name: string },
): Promise<Lease> {
  const { transferable, scope } = locks.capabilities;
  if (!transferable || scope === "process") {
    const message = "the locks of this backend end with the process that takes them";
    throw new UsageError(message, "holdfast run works on it");
  }
  reserve(place);
  try {
    const lease = await locks.acquire(name, options);
    await prolong(lease);
    const ticket = lease.detach();
    try {
      keep(place, ticket);
    } catch (error) {
      await (await locks.adopt(ticket)).release();
      throw error;
    }
    return lease;
  } catch (error) {
    discard(place);
    throw error;
  }
}

/** A lock that was handed on is granted for a moment only, which the ticket would not outlast. */
async function prolong(lease: Lease): Promise<void> {
  if (lease.validForMs > lease.ttlMs / 2) return;
  try {
    await lease.renew();
  } catch (error) {
    await lease.release();
    throw error;
  }
}

function told({ name, fencingToken, ttlMs }: Lease, asJson: boolean): string {
  return asJson ? jsonLine({ name, fencingToken, ttlMs }) : `${fencingToken ?? ""}\n`;
}
