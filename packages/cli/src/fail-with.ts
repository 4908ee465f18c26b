import { LockError, type LockErrorCode } from "@holdfast/core";
import { EXIT } from "./exit-code.ts";
import { say } from "./say.ts";
import { UsageError } from "./usage-error.ts";

/** What a code of core means for a script. */
const BY_CODE: Readonly<
  Record<LockErrorCode, { readonly exitCode: number; readonly hint?: string }>
> = {
  WAIT_TIMEOUT: { exitCode: EXIT.held, hint: "holdfast inspect NAME shows who holds it" },
  LEASE_LOST: { exitCode: EXIT.lost },
  ABORTED: { exitCode: EXIT.held },
  BACKEND_UNAVAILABLE: {
    exitCode: EXIT.unavailable,
    hint: "holdfast ping asks whether it answers",
  },
  BACKEND_REJECTED: { exitCode: EXIT.unavailable, hint: "holdfast doctor names unsafe settings" },
  NO_QUORUM: { exitCode: EXIT.unavailable, hint: "holdfast doctor asks each member" },
  PROVIDER_CLOSED: { exitCode: EXIT.unavailable },
  LIMIT_EXCEEDED: { exitCode: EXIT.unavailable },
  UNSUPPORTED: { exitCode: EXIT.usage, hint: "another backend can" },
  CONFIG_INVALID: {
    exitCode: EXIT.usage,
    hint: "give --url, HOLDFAST_URL or holdfast.config.json",
  },
};

/** Tells an error in one line and a hint, and gives the exit code. The stack is for `--debug`. */
export function failWith(thrown: unknown, isDebugging: boolean): number {
  const error = isUnanswered(thrown) ? thrown.cause : thrown;
  const { exitCode, hint } = meaningOf(error);
  say(messageOf(error), hint);
  if (isDebugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

/** True for a wait that ended without a usable answer of the backend, which says nothing of a holder. */
export function isUnanswered(error: unknown): error is LockError {
  return LockError.is(error) && error.code === "WAIT_TIMEOUT" && LockError.is(error.cause);
}

function meaningOf(error: unknown): {
  readonly exitCode: number;
  readonly hint?: string | undefined;
} {
  if (error instanceof UsageError) return { exitCode: EXIT.usage, hint: error.hint };
  if (LockError.is(error)) return BY_CODE[error.code];
  // A name or a number that core refuses: it came from the command line.
  if (error instanceof RangeError) return { exitCode: EXIT.usage };
  return { exitCode: EXIT.defect, hint: "a defect of holdfast; --debug shows where" };
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, " ");
}
