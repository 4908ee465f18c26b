import { manualClock } from "@holdfast/core";
import { describe, expect, test } from "vitest";
import { CommandDeadlines } from "./command-deadlines.ts";

const TIMEOUT_MS = 100;

class Command {
  isSettled = false;
  expiredAtMs: number | undefined;
  readonly sentAtMs: number;
  readonly #clock: { monotonicMs(): number };

  constructor(clock: { monotonicMs(): number }) {
    this.#clock = clock;
    this.sentAtMs = clock.monotonicMs();
  }

  expire(): void {
    this.isSettled = true;
    this.expiredAtMs = this.#clock.monotonicMs() - this.sentAtMs;
  }
}

describe("CommandDeadlines", () => {
  test("each unsettled command expires after its own timeout, the settled ones never", async () => {
    const clock = manualClock();
    const deadlines = new CommandDeadlines(clock, TIMEOUT_MS);
    const commands: Command[] = [];
    for (let sent = 0; sent < 10; sent += 1) {
      const command = new Command(clock);
      commands.push(command);
      deadlines.add(command);
      await clock.advance(7);
    }
    for (const index of [0, 3, 4]) {
      const command = commands[index] as Command;
      command.isSettled = true;
      deadlines.settled();
    }
    await clock.advance(TIMEOUT_MS * 2);
    const expired = commands.map(({ expiredAtMs }) => expiredAtMs);
    expect(expired.map((after) => after !== undefined)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => ![0, 3, 4].includes(index)),
    );
    for (const after of expired) {
      if (after !== undefined) expect(after).toBe(TIMEOUT_MS);
    }
  });

  test("one sent after a quiet time is timed from its own send", async () => {
    const clock = manualClock();
    const deadlines = new CommandDeadlines(clock, TIMEOUT_MS);
    const first = new Command(clock);
    deadlines.add(first);
    first.isSettled = true;
    deadlines.settled();
    await clock.advance(TIMEOUT_MS - 10);
    const second = new Command(clock);
    deadlines.add(second);
    await clock.advance(TIMEOUT_MS - 1);
    expect(second.expiredAtMs).toBeUndefined();
    await clock.advance(1);
    expect(second.expiredAtMs).toBe(TIMEOUT_MS);
  });

  test("a command that is sent because another expired does not delay the ones before it", async () => {
    const clock = manualClock();
    const deadlines = new CommandDeadlines(clock, TIMEOUT_MS);
    const first = new Command(clock);
    const next: Command[] = [];
    first.expire = () => {
      first.isSettled = true;
      const follower = new Command(clock);
      next.push(follower);
      deadlines.add(follower);
    };
    deadlines.add(first);
    await clock.advance(10);
    const second = new Command(clock);
    deadlines.add(second);
    await clock.advance(3 * TIMEOUT_MS);
    expect(second.expiredAtMs).toBe(TIMEOUT_MS);
    expect(next.map(({ expiredAtMs }) => expiredAtMs)).toEqual([TIMEOUT_MS]);
  });

  test("answers that came while the process stood still are read before anything expires", async () => {
    const clock = manualClock();
    const deadlines = new CommandDeadlines(clock, TIMEOUT_MS);
    const [answered, lost] = [new Command(clock), new Command(clock)];
    deadlines.add(answered);
    deadlines.add(lost);
    clock.stall(300);
    await clock.advance(0);
    expect([answered.isSettled, lost.isSettled]).toEqual([false, false]);
    answered.isSettled = true;
    deadlines.settled();
    await clock.advance(TIMEOUT_MS);
    expect(answered.expiredAtMs).toBeUndefined();
    expect(lost.expiredAtMs).toBe(300 + TIMEOUT_MS);
  });

  test("a process that stands still again and again puts no timeout off for ever", async () => {
    const clock = manualClock();
    const deadlines = new CommandDeadlines(clock, TIMEOUT_MS);
    const command = new Command(clock);
    deadlines.add(command);
    for (let stalled = 0; stalled < 2; stalled += 1) {
      clock.stall(300);
      await clock.advance(0);
    }
    expect(command.expiredAtMs).toBe(600);
  });
});
