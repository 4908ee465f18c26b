import { expect, test } from "vitest";
import { atMajority } from "./at-majority.ts";

const never = new Promise<string>(() => {});
const yes = Promise.resolve("OK");
const no = Promise.resolve(null);
const fault = Promise.reject(new Error("unreachable"));
// A rejection that nobody has listened to yet when the tests are collected is no failure of theirs.
fault.catch(() => {});

test.each([
  ["three of five are enough, whoever is silent", [never, yes, yes, never, yes], true],
  ["two of three outvote a fault", [yes, fault, yes], true],
  ["three of five that did not say yes decide too", [no, never, fault, yes, no], false],
  ["two of four are no majority", [yes, yes, no, no], false],
])("%s", async (_what, replies, answer) => {
  expect(await atMajority(replies, "OK")).toBe(answer);
});
