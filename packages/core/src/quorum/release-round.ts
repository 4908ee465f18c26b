import type { ReleaseOutcome, ReleaseRequest } from "../provider.ts";
import type { Hold } from "./hold.ts";

/**
 * Releases a lock at every member where something of its holder may be, and answers by majority: released
 * by so many, or absent at so many that no majority held it. Each member's own release goes on in the
 * background until it is answered or the ttl passed.
 *
 * A plain release answers as soon as a majority is sure. One in doubt waits for all members that may have
 * been reached, since any of them could keep the lock of an attempt that nobody wants.
 */
export function releaseEverywhere(
  hold: Hold,
  request: ReleaseRequest,
  majority: number,
): Promise<ReleaseOutcome> {
  const { seats } = hold;
  return new Promise((resolve) => {
    let released = 0;
    let absent = 0;
    let pending = 0;
    const decide = (): void => {
      if (request.inDoubt && pending > 0) return;
      if (released >= majority) resolve("released");
      else if (absent > seats.length - majority) resolve("absent");
      else if (pending === 0) resolve("unknown");
    };
    const count = (outcome: ReleaseOutcome): void => {
      pending -= 1;
      if (outcome === "released") released += 1;
      if (outcome === "absent") absent += 1;
      decide();
    };
    pending = seats.length;
    for (const seat of seats) {
      const leaving = seat.member.leave(seat, request, request.inDoubt);
      if (typeof leaving === "string") count(leaving);
      else void leaving.then(count);
    }
  });
}
