import { type Lease, LockError } from "@holdfast/core";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { openLocks } from "../open-locks.ts";
import { UsageError } from "../usage-error.ts";
import { discard, readTicket, type TicketPlace, ticketPlace } from "./ticket-place.ts";

/** Goes on with the lease of a ticket. Rejects LEASE_LOST where it is over. */
export async function useTicket(
  { flags }: CommandLine,
  use: (lease: Lease, place: TicketPlace) => Promise<number>,
): Promise<number> {
  const place = ticketPlace(flags);
  const ticket = readTicket(place);
  const locks = await openLocks(flags);
  try {
    const lease = await locks.adopt(ticket).catch((error: unknown) => {
      // A lock that is lost is lost for good, and its ticket would stand in the way of the next.
      if (LockError.is(error) && error.code === "LEASE_LOST") discard(place);
      // Not in core's words: they may quote what is a secret.
      const isNone = error instanceof TypeError || error instanceof RangeError;
      if (isNone) throw new UsageError("this is no ticket of holdfast acquire");
      throw error;
    });
    return await use(lease, place);
  } finally {
    await locks.close();
  }
}
