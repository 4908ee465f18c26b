import { LockError, type LockErrorCode, type Outcome } from "@holdfast/core";

/**
 * What an error means, in our own words: those of drivers and servers name users, hosts and values.
 */
export interface Fault {
  /** The SQLSTATE, the system's code, or `CONNECTION`. */
  readonly reason: string;
  readonly text: string;
  readonly code: LockErrorCode;
  /** True when the server answered and its session goes on. */
  readonly isAnswer: boolean;
  /** True when the server said that the session is over, so its locks are free. */
  readonly isEnd: boolean;
}

type Meaning = readonly [code: LockErrorCode, text: string];

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  [
    "53300",
    [
      "BACKEND_UNAVAILABLE",
      "the server has too many connections; raise max_connections or lower connectionCountMax",
    ],
  ],
  [
    "53200",
    [
      "LIMIT_EXCEEDED",
      "the server's lock table is full; raise max_locks_per_transaction or hold fewer locks",
    ],
  ],
  ["53100", ["BACKEND_UNAVAILABLE", "the server's disk is full"]],
  [
    "25006",
    ["BACKEND_REJECTED", "the server is read-only; give the address of the primary server"],
  ],
  ["28000", ["BACKEND_REJECTED", "the server refuses this user or this way of connecting"]],
  ["28P01", ["BACKEND_REJECTED", "the user name or the password is wrong"]],
  ["3D000", ["BACKEND_REJECTED", "the database does not exist"]],
  ["42501", ["BACKEND_REJECTED", "the user lacks a permission (doctor() says which)"]],
  ["42883", ["BACKEND_REJECTED", "the server lacks a function; PostgreSQL 12 or later is needed"]],
  [
    "26000",
    [
      "CONFIG_INVALID",
      "a prepared statement is gone: a pooler shares sessions; connect to the server itself",
    ],
  ],
  ["57014", ["BACKEND_UNAVAILABLE", "the statement was cancelled"]],
  ["57P01", ["BACKEND_UNAVAILABLE", "the session was terminated by an administrator"]],
  ["57P02", ["BACKEND_UNAVAILABLE", "the session ended because another server process crashed"]],
  ["57P03", ["BACKEND_UNAVAILABLE", "the server is starting up or shutting down"]],
  ["57P04", ["BACKEND_UNAVAILABLE", "the database was dropped"]],
  [
    "57P05",
    ["BACKEND_UNAVAILABLE", "the session was silent for longer than its idle_session_timeout"],
  ],
]);

/** Of a server that reports an error and ends the connection with it. */
const SESSION_OVER: ReadonlySet<string> = new Set(["57P01", "57P02", "57P04", "57P05"]);
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Classifies what the driver rejected with. */
export function classifyError(error: unknown): Fault {
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown };
  if (typeof code !== "string" || typeof severity !== "string" || !SQLSTATE.test(code)) {
    const reason = typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : "CONNECTION";
    const text = "the connection failed";
    return { reason, text, code: "BACKEND_UNAVAILABLE", isAnswer: false, isEnd: false };
  }
  const [meaning, text] = MEANINGS.get(code) ?? meaningOfClass(code);
  const isEnd = SESSION_OVER.has(code);
  const isFatal = isEnd || severity === "FATAL" || severity === "PANIC";
  return { reason: code, text, code: meaning, isAnswer: !isFatal, isEnd };
}

function meaningOfClass(code: string): Meaning {
  const isPassing = ["08", "40", "53", "57", "58", "55"].includes(code.slice(0, 2));
  return isPassing
    ? ["BACKEND_UNAVAILABLE", "the server could not do it now"]
    : ["BACKEND_REJECTED", "the server refused the statement"];
}

/** The cause that users see: the code and our words. */
class PostgresFault extends Error {
  override readonly name: string = "PostgresFault";
  readonly code: string;

  constructor({ reason, text }: Fault) {
    super(`${reason}: ${text}`);
    this.code = reason;
  }
}

/** The error to reject with, for a lock where there is one. */
export function faultError(fault: Fault, outcome: Outcome, lockName?: string): LockError {
  const about = lockName === undefined ? "" : ` for lock ${JSON.stringify(lockName)}`;
  const cause = new PostgresFault(fault);
  return new LockError(fault.code, `postgres${about}: ${cause.message}`, {
    lockName,
    outcome,
    cause,
  });
}

/** The fault of an answer that did not come in time. */
export function noAnswer(text: string): Fault {
  return { reason: "TIMEOUT", text, code: "BACKEND_UNAVAILABLE", isAnswer: false, isEnd: false };
}

/** No session was to be had for this lock: nothing was sent. */
export function notOpened(error: unknown, lockName: string): LockError {
  if (!LockError.is(error)) return faultError(classifyError(error), "not-applied", lockName);
  const { code, message, cause } = error;
  return new LockError(code, message, { lockName, cause });
}
