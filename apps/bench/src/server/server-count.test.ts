import { expect, test } from "vitest";
import { commandsBetween, serverCountFrom, sumOf } from "./server-count.ts";

const INFO = `# Commandstats\r
cmdstat_set:calls=10,usec=31,usec_per_call=3.10,rejected_calls=0,failed_calls=0\r
cmdstat_evalsha:calls=4,usec=9,usec_per_call=2.25,rejected_calls=0,failed_calls=0\r
cmdstat_script|load:calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0\r
cmdstat_info:calls=7,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0\r
# CPU\r
used_cpu_sys:0.250000\r
used_cpu_user:1.500000\r
used_cpu_sys_children:9.000000\r
`;

test("calls and processor time are read, the reader's own command is not", () => {
  const count = serverCountFrom(INFO);
  expect(Object.fromEntries(count.calls)).toEqual({ set: 10, evalsha: 4, "script|load": 1 });
  expect(count.cpuUs).toBe(1_750_000);
});

test("commands that only scripts call are no round trips", () => {
  const before = serverCountFrom("");
  const after = serverCountFrom(INFO);
  expect(commandsBetween(before, after, new Set())).toBe(15);
  expect(commandsBetween(before, after, new Set(["set"]))).toBe(5);
  expect(commandsBetween(before, after, new Set(["set", "script"]))).toBe(4);
  expect(commandsBetween(after, after, new Set())).toBe(0);
});

test("several servers count as one", () => {
  const one = serverCountFrom(INFO);
  const other = {
    calls: new Map([
      ["set", 5],
      ["ping", 1],
    ]),
    cpuUs: 1_000,
  };
  const sum = sumOf([one, other]);
  expect(Object.fromEntries(sum.calls)).toEqual({ set: 15, evalsha: 4, "script|load": 1, ping: 1 });
  expect(sum.cpuUs).toBe(1_751_000);
  expect(commandsBetween(sumOf([]), sum, new Set())).toBe(21);
});
