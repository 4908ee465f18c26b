import { expect } from "vitest";
import { type Bite, closes, fails, takes } from "./bite.ts";

const LOST = /timeout/i;
const HOUR_MS = 3_600_000;

function ahead(id: string, check: (aheadMs: number) => void): Bite {
  return {
    id,
    needsClock: true,
    seen: ({ aheadMs }) => check(Math.min(...aheadMs.slice(-10))),
    async after(ground) {
      for (const member of ground.members) if ("clock" in member) member.clock?.reset();
    },
  };
}

export const postgresBites: readonly Bite[] = [
  fails("replies-lost", LOST),
  fails("requests-held", LOST),
  fails("replies-held", LOST),
  fails("black-holed", LOST),
  fails("connections-refused", /ECONNREFUSED/),
  takes("latency-jittered", 300),
  fails("link-slow", LOST),
  fails("server-paused", LOST),
  closes("server-killed", 1),
  ahead("server-clock-back", (aheadMs) => expect(aheadMs).toBeLessThan(-500)),
  ahead("server-clock-ahead", (aheadMs) => expect(aheadMs).toBeGreaterThan(HOUR_MS / 2)),
  ahead("server-clock-rate", (aheadMs) => expect(aheadMs).toBeGreaterThan(8)),
  fails("sessions-terminated", /57P01|terminat|timeout/),
  fails("holder-terminated", /57P01|terminat/),
  fails("statements-cancelled", /57014/),
  fails("connections-exhausted", /53300/),
  fails("lock-table-full", /53200|out of shared memory/),
];
