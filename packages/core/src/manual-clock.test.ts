import { expect, test } from "vitest";
import { manualClock } from "./manual-clock.ts";

test("timers fire in order of their time, and what they start is run before the next", async () => {
  const clock = manualClock();
  const order: string[] = [];
  clock.setTimer(20, () => order.push(`late at ${clock.monotonicMs()}`));
  clock.setTimer(10, () => {
    void Promise.resolve().then(() => clock.setTimer(5, () => order.push("nested")));
    order.push("early");
  });
  await clock.advance(30);
  expect(order).toEqual(["early", "nested", "late at 20"]);
  expect(clock.monotonicMs()).toBe(30);
});

test("a cancelled timer never fires, and time does not run backwards", async () => {
  const clock = manualClock();
  clock.setTimer(1, () => expect.unreachable()).cancel();
  await clock.advance(5);
  await expect(clock.advance(-1)).rejects.toThrow(RangeError);
});

test("suspend moves the boot and wall clocks alone", () => {
  const clock = manualClock({ wallMs: 0 });
  clock.suspend(100);
  expect([clock.monotonicMs(), clock.bootMs(), clock.wallMs()]).toEqual([0, 100, 100]);
});

test("a timer that sets itself anew without delay is an error, not an endless advance", async () => {
  const clock = manualClock();
  const again = (): void => void clock.setTimer(0, again);
  again();
  await expect(clock.advance(1)).rejects.toThrow(/again and again at 0/);
});
