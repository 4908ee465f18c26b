import { expect, test } from "vitest";
import { classifyError, faultError } from "./classify-error.ts";

const reply = (code: string, severity = "ERROR"): Error =>
  Object.assign(new Error('user "bob" of 10.0.0.1 may not'), { code, severity });

test.each([
  ["53300", "FATAL", "BACKEND_UNAVAILABLE", /max_connections/],
  ["53200", "ERROR", "LIMIT_EXCEEDED", /max_locks_per_transaction/],
  ["25006", "ERROR", "BACKEND_REJECTED", /primary/],
  ["28P01", "FATAL", "BACKEND_REJECTED", /password is wrong/],
  ["57P03", "FATAL", "BACKEND_UNAVAILABLE", /starting up/],
  ["26000", "ERROR", "CONFIG_INVALID", /pooler/],
  ["40001", "ERROR", "BACKEND_UNAVAILABLE", /could not do it now/],
  ["42601", "ERROR", "BACKEND_REJECTED", /refused the statement/],
])("SQLSTATE %s (%s) is %s", (code, severity, ...[wanted, words]) => {
  const error = faultError(classifyError(reply(code, severity)), "unknown", "a");
  expect(error).toMatchObject({ code: wanted, outcome: "unknown", lockName: "a" });
  expect(error.message).toMatch(words);
});

test("a session is over when the server says so, and doubtful when the connection broke", () => {
  for (const code of ["57P01", "57P02", "57P05"]) {
    expect(classifyError(reply(code, "FATAL"))).toMatchObject({ isEnd: true, isAnswer: false });
  }
  const broken = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(classifyError(broken)).toMatchObject({ isEnd: false, isAnswer: false });
  expect(classifyError(reply("57014"))).toMatchObject({ isEnd: false, isAnswer: true });
});

test("nothing of the server's words is repeated", () => {
  const error = faultError(classifyError(reply("28000", "FATAL")), "not-applied");
  expect(`${error.message} ${String(error.cause)}`).not.toMatch(/bob|10\.0\.0\.1/);
});
