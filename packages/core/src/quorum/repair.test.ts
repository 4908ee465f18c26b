import { expect, test } from "vitest";
import { memory } from "../memory/memory-provider.ts";
import type { AcquireRequest, LockProvider } from "../provider.ts";
import { type Hold, newSeats, type Seat } from "./hold.ts";
import { QuorumMember } from "./quorum-member.ts";
import { resolveQuorum } from "./quorum-options.ts";
import { repair } from "./repair.ts";

const CLAIM = { name: "a", holderId: "mine", ttlMs: 1_000 };

/** A lease that one member lost, and what that member is asked, as a member and as itself. */
async function missing(token: bigint | undefined) {
  const asked: AcquireRequest[] = [];
  const askedAsItself: AcquireRequest[] = [];
  const noting = (requests: AcquireRequest[]): LockProvider => {
    const inner = memory();
    return {
      ...inner,
      tryAcquire(request) {
        requests.push(request);
        return inner.tryAcquire(request);
      },
    };
  };
  const joined = { identity: "server 1", provider: noting(asked) };
  const provider = { ...noting(askedAsItself), asMember: async () => joined };
  const member = new QuorumMember(0, provider, resolveQuorum([provider], {}));
  await member.join();
  const seats = newSeats([member], 0);
  const [seat] = seats as readonly [Seat];
  const isNothing = { isWon: true, isReleased: false, release: undefined };
  const hold: Hold = { ...CLAIM, seats, token, endsAtMs: 1_000, ...isNothing };
  return { asked, askedAsItself, seat, lease: { request: CLAIM, hold } };
}

test("a lease is put back at a member as that member is asked for votes", async () => {
  const { asked, askedAsItself, seat, lease } = await missing(7n);
  await repair(lease, seat);
  const request = { ...CLAIM, mode: "exclusive", renewable: true, restore: 7n };
  expect([asked, askedAsItself]).toStrictEqual([[request], []]);
  expect([seat.isGranted, seat.isRepairing]).toEqual([true, false]);
});

test("a lease without a token is put back without one", async () => {
  const { asked, seat, lease } = await missing(undefined);
  await repair(lease, seat);
  expect(asked.map((request) => "restore" in request)).toEqual([false]);
});

test("what was released, or is being put back, is not put back", async () => {
  const released = await missing(7n);
  released.lease.hold.isReleased = true;
  await repair(released.lease, released.seat);
  const repairing = await missing(7n);
  repairing.seat.isRepairing = true;
  await repair(repairing.lease, repairing.seat);
  expect([released.asked, repairing.asked]).toEqual([[], []]);
});
