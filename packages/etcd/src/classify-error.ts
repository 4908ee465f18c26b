import { LockError, type LockErrorCode, type Outcome } from "@holdfast/core";

/** What an error means, in our own words: raw errors of drivers may carry addresses. */
export interface Fault {
  /** `NOSPACE`, `AUTH`, or the status of gRPC: `UNAVAILABLE`. */
  readonly reason: string;
  readonly text: string;
  readonly isTransient: boolean;
  readonly outcome: Outcome;
  /** True when the request never left this process: another endpoint may be asked at once. */
  readonly isUnsent: boolean;
}

type Meaning = Partial<Fault> & Pick<Fault, "reason" | "text">;

/** Answered before anything was proposed, and no retry will help. */
const refused = (reason: string, text: string): Meaning => ({
  reason,
  text,
  isTransient: false,
  outcome: "not-applied",
});
/** Answered before anything was proposed, and it will pass. */
const passing = (reason: string, text: string): Meaning => ({
  reason,
  text,
  outcome: "not-applied",
});
const unsent = (text: string): Meaning => ({ ...passing("UNAVAILABLE", text), isUnsent: true });

/** By the words of servers 3.4 to 3.6 and of grpc-js 1.x; the classes differ between them. */
const WORDS: readonly (readonly [RegExp, Meaning])[] = [
  [/database space exceeded/, refused("NOSPACE", "the server's database is full (NOSPACE)")],
  [/permission denied/, refused("PERMISSION", "the user lacks a permission (doctor() says which)")],
  [/revision in header is old/, passing("AUTH", "the users or roles have just changed")],
  [/authentication failed/, refused("AUTH", "the user name or password is wrong")],
  [/user name is empty/, refused("AUTH", "the server asks for a user and password")],
  [/invalid auth token/, refused("AUTH", "the server refuses the token of this user")],
  [/authentication is not enabled/, refused("AUTH", "the server has no users: leave out auth")],
  [/requested lease not found/, passing("LEASE", "the lease has ended on the server")],
  [/lease already exists/, refused("LEASE_EXISTS", "the lease exists already")],
  [/too many operations/, refused("TXN_OPS", "the server's --max-txn-ops is too small")],
  [/request is too large/, refused("TOO_LARGE", "the server's --max-request-bytes is too small")],
  [/no leader/, passing("NO_LEADER", "the cluster has no leader")],
  [/too many requests/, passing("OVERLOAD", "the server is overloaded")],
  [/not supported for learner/, refused("LEARNER", "the endpoint is a learner")],
  [/No connection established|Name resolution failed|ECONNREFUSED/, unsent("no connection")],
  [/Waiting for LB pick/, unsent("no connection in time")],
  [/client was already closed/, unsent("the client is closed")],
  [/circuit breaker is open/, unsent("a circuit breaker of the client is open")],
];

/** Statuses by number. What is not here is passing, with an unknown outcome. */
const STATUSES: ReadonlyMap<number, Meaning> = new Map([
  [1, { reason: "CANCELLED", text: "the call was cancelled" }],
  [3, refused("INVALID_ARGUMENT", "the server refused the request")],
  [4, { reason: "DEADLINE_EXCEEDED", text: "no answer in time" }],
  [5, refused("NOT_FOUND", "the server does not have what was asked for")],
  [7, refused("PERMISSION", "the user lacks a permission (doctor() says which)")],
  [8, { reason: "RESOURCE_EXHAUSTED", text: "the server is out of a resource" }],
  [9, refused("FAILED_PRECONDITION", "the server refused the request")],
  [
    12,
    refused("UNIMPLEMENTED", "the server does not know this request: etcd 3.4 or later is needed"),
  ],
  [14, { reason: "UNAVAILABLE", text: "the server is not available" }],
  [16, refused("AUTH", "the server refuses this user")],
]);

const PASSING = { isTransient: true, outcome: "unknown", isUnsent: false } as const;
/** How grpc-js words a status, and what etcd3 makes of it. */
const STATUS = /(?:^|\b)(\d{1,2}) [A-Z_]+:/;

/** Classifies what a driver rejected with. Looks at words and numbers only, since classes differ by version. */
export function classifyError(error: unknown): Fault {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  const words = typeof message === "string" ? message : "";
  const known = WORDS.find(([pattern]) => pattern.test(words))?.[1];
  if (known !== undefined) return { ...PASSING, ...known };
  const status = typeof code === "number" ? code : Number(STATUS.exec(words)?.[1]);
  const meaning = STATUSES.get(status) ?? { reason: "UNKNOWN", text: "the call failed" };
  return { ...PASSING, ...meaning };
}

/** The cause that users see: the reason and our words, nothing of the request or the address. */
class EtcdFault extends Error {
  override readonly name: string = "EtcdFault";
  readonly code: string;

  constructor({ reason, text }: Fault) {
    super(`${reason}: ${text}`);
    this.code = reason;
  }
}

/** The error to reject with: transient ones are worth another attempt, the others are not. */
export function faultError(fault: Fault, lockName?: string): LockError {
  const code: LockErrorCode = fault.isTransient ? "BACKEND_UNAVAILABLE" : "BACKEND_REJECTED";
  const about = lockName === undefined ? "" : ` for lock ${JSON.stringify(lockName)}`;
  const cause = new EtcdFault(fault);
  const { outcome } = fault;
  return new LockError(code, `etcd${about}: ${cause.message}`, { lockName, outcome, cause });
}

/** No answer within our own timeout. */
export function timedOut(timeoutMs: number): Fault {
  return { ...PASSING, reason: "TIMEOUT", text: `no answer within ${timeoutMs} ms` };
}

/** Too many calls were in flight for too long. */
export function overloaded(): Fault {
  return { ...PASSING, ...passing("OVERLOAD", "not sent: too many calls are in flight") };
}

/** The reason of a fault behind an error of ours. */
export function reasonOf(error: unknown): string | undefined {
  const cause = LockError.is(error) ? error.cause : undefined;
  return cause instanceof EtcdFault ? cause.code : undefined;
}

/** The same failure of something that a lock needs, with what it means for the lock. */
export function withOutcome(error: unknown, lockName: string, outcome: Outcome): unknown {
  if (!LockError.is(error) || error.code === "PROVIDER_CLOSED") return error;
  const { code, message, cause } = error;
  return new LockError(code, message, { lockName, cause, outcome });
}
