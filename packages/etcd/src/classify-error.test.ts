import type { Outcome } from "@holdfast/core";
import { expect, test } from "vitest";
import { classifyError, faultError, reasonOf } from "./classify-error.ts";

/** What servers 3.4 and grpc-js say, as etcd3 passes it on. */
const cases: readonly (readonly [words: string, reason: string, outcome: Outcome])[] = [
  ["8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded", "NOSPACE", "not-applied"],
  ["7 PERMISSION_DENIED: etcdserver: permission denied", "PERMISSION", "not-applied"],
  ["3 INVALID_ARGUMENT: etcdserver: user name is empty", "AUTH", "not-applied"],
  ["16 UNAUTHENTICATED: etcdserver: invalid auth token", "AUTH", "not-applied"],
  ["14 UNAVAILABLE: etcdserver: no leader", "NO_LEADER", "not-applied"],
  ["14 UNAVAILABLE: etcdserver: request timed out", "UNAVAILABLE", "unknown"],
  ["14 UNAVAILABLE: etcdserver: leader changed", "UNAVAILABLE", "unknown"],
  ["14 UNAVAILABLE: Connection dropped", "UNAVAILABLE", "unknown"],
  ["14 UNAVAILABLE: No connection established", "UNAVAILABLE", "not-applied"],
  ["4 DEADLINE_EXCEEDED: Deadline exceeded", "DEADLINE_EXCEEDED", "unknown"],
  ["4 DEADLINE_EXCEEDED: after 0.2s, Waiting for LB pick", "UNAVAILABLE", "not-applied"],
  ["5 NOT_FOUND: etcdserver: requested lease not found", "LEASE", "not-applied"],
  ["5 NOT_FOUND: anything", "NOT_FOUND", "not-applied"],
  ["something else", "UNKNOWN", "unknown"],
];
const PERMANENT = new Set(["NOSPACE", "PERMISSION", "AUTH", "NOT_FOUND"]);

test.each(cases)("%s", (words, reason, outcome) => {
  const isTransient = !PERMANENT.has(reason);
  expect(classifyError(new Error(words))).toMatchObject({ reason, outcome, isTransient });
});

test("a raw error of gRPC is known by its number", () => {
  const error = Object.assign(new Error("cancelled"), { code: 1 });
  expect(classifyError(error)).toMatchObject({ reason: "CANCELLED", outcome: "unknown" });
});

test("an error of ours says what happened, and nothing of the driver's words", () => {
  const words = "14 UNAVAILABLE: No connection established to 10.0.0.7:2379";
  const error = faultError(classifyError(new Error(words)), "a");
  expect(error).toMatchObject({ code: "BACKEND_UNAVAILABLE", lockName: "a" });
  expect(error.outcome).toBe("not-applied");
  expect(`${error.message} ${error.cause}`).not.toContain("10.0.0.7");
  expect(reasonOf(error)).toBe("UNAVAILABLE");
});
