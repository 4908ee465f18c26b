import { LockError, type LockErrorCode, type Outcome } from "@holdfast/core";

/**
 * What an error means, in our own words: raw errors of drivers and servers carry command arguments
 * (ioredis puts them on the error, `ERR unknown command` quotes them), and a holderId is one.
 */
export interface Fault {
  /** The server's error code, the system's, or `CONNECTION`, `TIMEOUT`, `ERR`. */
  readonly reason: string;
  readonly text: string;
  readonly isTransient: boolean;
  /** True when the server answered: its error replies come before anything of ours was written. */
  readonly isReply: boolean;
  /** True when the driver never wrote the command. */
  readonly isUnsent: boolean;
}

interface Meaning {
  readonly text: string;
  readonly isTransient: boolean;
}

const transient = (text: string): Meaning => ({ text, isTransient: true });
const permanent = (text: string): Meaning => ({ text, isTransient: false });

/** Error codes of the server. Transient ones end by themselves; the others need an operator. */
const REPLIES: ReadonlyMap<string, Meaning> = new Map([
  ["LOADING", transient("the server is loading its data")],
  ["BUSY", transient("the server is busy running a script")],
  ["MASTERDOWN", transient("the server is a replica that lost its master")],
  ["TRYAGAIN", transient("the slot is being moved")],
  ["CLUSTERDOWN", transient("the cluster is down")],
  ["NOREPLICAS", transient("too few replicas to accept writes")],
  ["MAXCLIENTS", transient("the server has too many clients")],
  ["UNBLOCKED", transient("the server was demoted to a replica")],
  ["READONLY", permanent("the server is a read-only replica")],
  ["OOM", permanent("the server is out of memory")],
  ["MISCONF", permanent("the server cannot persist and refuses writes")],
  ["NOAUTH", permanent("authentication is required")],
  ["WRONGPASS", permanent("the user name or password is wrong, or the user is disabled")],
  ["NOPERM", permanent("the user lacks a permission (doctor() says which)")],
  ["DENIED", permanent("the server refuses connections from this address")],
  ["NOPROTO", permanent("the server does not speak the protocol version")],
  ["MOVED", permanent("the server is a node of a Redis Cluster")],
  ["ASK", permanent("the server is a node of a Redis Cluster")],
  ["CROSSSLOT", permanent("the server is a node of a Redis Cluster")],
  ["WRONGTYPE", permanent("a key holds something that is not a lock")],
  [
    "FENCEMAX",
    permanent("the fence counter is at its largest, 2^53 - 1: no token is left to give"),
  ],
  ["NOSCRIPT", transient("the script cache was lost")],
  ["ERR", permanent("the server refused the command")],
]);

/** Plain `ERR` replies, and the forms that older servers wrap an inner code in. */
const ERR_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/max number of clients reached/i, "MAXCLIENTS"],
  [/executing the script can't (run|access)|no permissions/i, "NOPERM"],
  // Who has not logged in may send ten words at most.
  [/invalid password|without any password|operation not permitted|unauthenticated/i, "NOAUTH"],
  [/non local keys|same slot|cluster/i, "CROSSSLOT"],
];

/** How each driver words that it never wrote the command. */
const UNSENT =
  /^(Stream isn't writeable|The client is (offline|closed)|The queue is full|Connection in subscriber mode)/;

/**
 * Error codes of a server are capitals; a driver's and the system's own words are not. Redis before 7 puts the
 * place before an error that a script caught.
 */
const REPLY_CODE = /^(?:@user_script:\s*\d+:\s*)?-?([A-Z][A-Z0-9]{2,})(?:\s|$)/;
/** Redis before 7 wraps the inner error: `ERR Error running script (...): @user_script:3: -OOM ...`. */
const INNER_CODE = /@user_script:\s*\d+:\s*-?([A-Z][A-Z0-9]{2,})\s/;

/** Classifies what a driver rejected with. Looks at the words only, since classes differ by version. */
export function classifyError(error: unknown): Fault {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  const words = typeof message === "string" ? message : "";
  const replyCode = REPLY_CODE.exec(words)?.[1];
  if (replyCode !== undefined) return replyFault(replyCode, words);
  const isUnsent = UNSENT.test(words);
  const systemCode = typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
  const text = isUnsent ? "the client is not connected" : "the connection failed";
  const reason = systemCode ?? "CONNECTION";
  return { reason, text, isTransient: true, isReply: false, isUnsent };
}

function replyFault(outerCode: string, words: string): Fault {
  let reason = outerCode;
  if (outerCode === "ERR") {
    const known = ERR_TEXTS.find(([pattern]) => pattern.test(words))?.[1];
    reason = INNER_CODE.exec(words)?.[1] ?? known ?? "ERR";
  }
  const meaning = REPLIES.get(reason) ?? permanent("the server refused the command");
  return { reason, ...meaning, isReply: true, isUnsent: false };
}

/** True for the one reply that means: send the script itself. */
export function isNoScript(error: unknown): boolean {
  const { message } = error as { readonly message?: unknown };
  return typeof message === "string" && message.startsWith("NOSCRIPT");
}

/** The cause that users see: the code and our words, nothing of the command or the address. */
class RedisFault extends Error {
  override readonly name: string = "RedisFault";
  readonly code: string;

  constructor(fault: Fault) {
    super(`${fault.reason}: ${fault.text}`);
    this.code = fault.reason;
  }
}

/** The error to reject with: transient ones are worth another attempt, the others are not. */
export function faultError(fault: Fault, outcome: Outcome, lockName?: string): LockError {
  const code: LockErrorCode = fault.isTransient ? "BACKEND_UNAVAILABLE" : "BACKEND_REJECTED";
  const about = lockName === undefined ? "" : ` for lock ${JSON.stringify(lockName)}`;
  const cause = new RedisFault(fault);
  return new LockError(code, `redis${about}: ${cause.message}`, { lockName, outcome, cause });
}
