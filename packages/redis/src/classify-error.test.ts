import { describe, expect, test } from "vitest";
import { classifyError, faultError } from "./classify-error.ts";

/** Words of servers and drivers, as they were seen. */
const seen: readonly (readonly [
  string,
  string,
  "transient" | "permanent",
  "reply" | "unsent" | "lost",
])[] = [
  ["LOADING Redis is loading the dataset in memory", "LOADING", "transient", "reply"],
  ["BUSY Redis is busy running a script.", "BUSY", "transient", "reply"],
  ["MASTERDOWN Link with MASTER is down", "MASTERDOWN", "transient", "reply"],
  ["TRYAGAIN Multiple keys request during rehashing of slot", "TRYAGAIN", "transient", "reply"],
  ["CLUSTERDOWN The cluster is down", "CLUSTERDOWN", "transient", "reply"],
  ["NOREPLICAS Not enough good replicas to write.", "NOREPLICAS", "transient", "reply"],
  ["ERR max number of clients reached", "MAXCLIENTS", "transient", "reply"],
  [
    "READONLY You can't write against a read only replica. script: 8a",
    "READONLY",
    "permanent",
    "reply",
  ],
  ["OOM command not allowed when used memory > 'maxmemory'.", "OOM", "permanent", "reply"],
  ["MISCONF Redis is configured to save RDB snapshots, but", "MISCONF", "permanent", "reply"],
  ["NOAUTH Authentication required.", "NOAUTH", "permanent", "reply"],
  ["WRONGPASS invalid username-password pair", "WRONGPASS", "permanent", "reply"],
  ["NOPERM this user has no permissions to run the 'eval' command", "NOPERM", "permanent", "reply"],
  ["MOVED 3999 127.0.0.1:6381", "MOVED", "permanent", "reply"],
  ["ASK 3999 127.0.0.1:6381", "ASK", "permanent", "reply"],
  ["WRONGTYPE Operation against a key", "WRONGTYPE", "permanent", "reply"],
  ["SOMETHING new in a later version", "SOMETHING", "permanent", "reply"],
  ["ERR unknown command 'evalsha', with args beginning with: 'id:'", "ERR", "permanent", "reply"],
  [
    "ERR The user executing the script can't run this command or subcommand script: c9",
    "NOPERM",
    "permanent",
    "reply",
  ],
  [
    "ERR Error running script (call to f_6b): @user_script:3: -OOM command not allowed when used",
    "OOM",
    "permanent",
    "reply",
  ],
  [
    "ERR Error running script (call to f_6b): @user_script: 3: -READONLY You can't write",
    "READONLY",
    "permanent",
    "reply",
  ],
  [
    "Stream isn't writeable and enableOfflineQueue options is false",
    "CONNECTION",
    "transient",
    "unsent",
  ],
  ["The client is offline", "CONNECTION", "transient", "unsent"],
  ["The client is closed", "CONNECTION", "transient", "unsent"],
  ["The queue is full", "CONNECTION", "transient", "unsent"],
  ["Connection is closed.", "CONNECTION", "transient", "lost"],
  ["Socket closed unexpectedly", "CONNECTION", "transient", "lost"],
  ["Command timed out", "CONNECTION", "transient", "lost"],
  ["Reached the max retries per request limit (which is 0).", "CONNECTION", "transient", "lost"],
];

describe("classifyError", () => {
  test.each(seen)("%s", (...seenOnce) => {
    const [words, reason, kind, place] = seenOnce;
    const fault = classifyError(new Error(words));
    expect(fault.reason).toBe(reason);
    expect(fault.isTransient).toBe(kind === "transient");
    expect(fault.isReply).toBe(place === "reply");
    expect(fault.isUnsent).toBe(place === "unsent");
  });

  test("the system's code is the reason, whoever wraps it", () => {
    const error = Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:1"), {
      code: "ECONNREFUSED",
    });
    expect(classifyError(error)).toMatchObject({ reason: "ECONNREFUSED", isReply: false });
  });

  test("what is not an error at all is a lost connection, not a crash", () => {
    for (const strange of ["text", 1, {}, { message: 1 }]) {
      expect(classifyError(strange)).toMatchObject({ reason: "CONNECTION", isReply: false });
    }
  });
});

describe("faultError", () => {
  test("transient faults are unavailable, permanent ones rejected; the name is told", () => {
    const transient = faultError(classifyError(new Error("LOADING x")), "not-applied", "a");
    expect(transient).toMatchObject({ code: "BACKEND_UNAVAILABLE", lockName: "a" });
    const permanent = faultError(classifyError(new Error("OOM x")), "unknown");
    expect(permanent).toMatchObject({ code: "BACKEND_REJECTED", outcome: "unknown" });
  });

  test("nothing of the driver's error goes along: neither its words nor the command's arguments", () => {
    const raw = Object.assign(new Error("ERR unknown command, with args: 'secret:'"), {
      command: { name: "evalsha", args: ["secret:"] },
    });
    const error = faultError(classifyError(raw), "not-applied", "a");
    for (const each of [error, error.cause as Error]) {
      expect(`${each.message} ${JSON.stringify(each)}`).not.toContain("secret");
    }
  });
});
