import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { Elapsed } from "./elapsed.ts";
import { InDoubt } from "./in-doubt.ts";
import { manualClock } from "./manual-clock.ts";
import { memory } from "./memory/memory-provider.ts";
import { newSeats, type Seat } from "./quorum/hold.ts";
import { QuorumMember } from "./quorum/quorum-member.ts";
import { resolveQuorum } from "./quorum/quorum-options.ts";
import { systemRandom } from "./random.ts";
import { Releaser } from "./releaser.ts";
import { TimeLimit } from "./time-limit.ts";

/** A clock that tells of each timer whether it keeps the process alive. */
function watched() {
  const manual = manualClock();
  const keepsAlive: boolean[] = [];
  const clock: Clock = {
    monotonicMs: () => manual.monotonicMs(),
    wallMs: () => manual.wallMs(),
    bootMs: () => manual.bootMs(),
    setTimer(delayMs, callback, options) {
      keepsAlive.push(options?.ref ?? true);
      return manual.setTimer(delayMs, callback);
    },
  };
  return { clock, keepsAlive, advance: (ms: number) => manual.advance(ms) };
}

test("a process lives on until bounded work has ended, for somebody awaits it", () => {
  const { clock, keepsAlive } = watched();
  new TimeLimit(clock, 100).start(() => undefined);
  expect(keepsAlive).toEqual([true]);
});

test("a process need not live on to make an unknown outcome good", async () => {
  const { clock, keepsAlive, advance } = watched();
  const provider = { name: "scripted", release: () => "unknown" as const };
  const releaser = new Releaser({ provider, clock, releaseTimeoutMs: 100 });
  const settings = { provider, clock, elapsed: new Elapsed(clock), random: systemRandom };
  const inDoubt = new InDoubt(settings, releaser);
  void inDoubt.release({ name: "a", holderId: "mine", ttlMs: 1_000, inDoubt: true });
  await advance(0);
  expect(keepsAlive).toEqual([false]);
  inDoubt.stop();
});

test("a process need not live on for a member whose answer a release waits for", () => {
  const { clock, keepsAlive } = watched();
  const provider = memory({ clock });
  const member = new QuorumMember(0, provider, resolveQuorum([provider], {}));
  const [seat] = newSeats([member], 1) as readonly [Seat];
  seat.answer = new Promise(() => undefined);
  void member.leave(seat, { name: "a", holderId: "mine", ttlMs: 1_000 }, false);
  expect(keepsAlive).toEqual([false]);
});
