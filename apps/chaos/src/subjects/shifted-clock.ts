import { type Clock, systemClock } from "@holdfast/core";
import type { ShiftedClock } from "../subject.ts";

/** The machine's clocks with what the run did to them. Timers go on as they are. */
export function shiftedClock(shift: ShiftedClock): Clock {
  return {
    monotonicMs: () => systemClock.monotonicMs(),
    wallMs: () => systemClock.wallMs() + shift.wallShiftMs + shift.sleptMs,
    bootMs: () => systemClock.bootMs() + shift.sleptMs,
    setTimer: (delayMs, callback, options) => systemClock.setTimer(delayMs, callback, options),
  };
}
