import { askSeat, type Seat } from "./hold.ts";
import type { Renewable } from "./renewal-round.ts";

/**
 * Puts a lease back on a member that lost it, so that one more may fail. The same holder asks again, which
 * a free member grants. It is no vote until a later renewal has raised its token. What comes after the
 * lease was released is given back.
 */
export async function repair({ request, hold }: Renewable, seat: Seat): Promise<void> {
  if (hold.isReleased || seat.isRepairing) return;
  const { name, holderId, ttlMs } = request;
  const { provider } = seat.member.joined ?? seat.member;
  seat.isRepairing = true;
  try {
    await askSeat(seat, provider, {
      name,
      holderId,
      ttlMs,
      mode: "exclusive",
      renewable: true,
      ...(hold.token === undefined ? {} : { restore: hold.token }),
    });
  } catch {
    // The next renewal finds it missing again.
  }
  seat.isRepairing = false;
  if (hold.isReleased) void seat.member.leave(seat, request, false);
}
