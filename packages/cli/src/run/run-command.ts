import { constants } from "node:os";
import { LockError } from "@holdfast/core";
import { durationMs } from "../command-line/duration.ts";
import { readLockFlags } from "../command-line/lock-flags.ts";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT, exitCodeOfSignal } from "../exit-code.ts";
import { isUnanswered } from "../fail-with.ts";
import { openLocks } from "../open-locks.ts";
import { say } from "../say.ts";
import { UsageError } from "../usage-error.ts";
import { guard } from "./guard.ts";
import { SignalRelay } from "./signal-relay.ts";

const GRACE_MS_DEFAULT = 10_000;
/** Nobody waits for longer. */
const GRACE_MS_MAX = 86_400_000;

/** `holdfast run`: takes the lock, runs the command, gives the lock back. */
export async function runCommand({ words, flags, command }: CommandLine): Promise<number> {
  const [name = ""] = words;
  const { ttlMs, waitMs } = readLockFlags(flags);
  const farewell = {
    signal: readSignal(flags.get("signal") ?? "SIGTERM"),
    graceMs: readGrace(flags.get("grace")),
  };
  using signals = new SignalRelay();
  const locks = await openLocks(flags, ttlMs === undefined ? {} : { ttlMs });
  try {
    if (locks.capabilities.scope === "process") {
      say("this backend lives in one process and excludes no other", "for tests alone");
    }
    const waiting = locks.acquire(name, { waitMs, signal: signals.aborted });
    const isHeldFine = flags.has("exit-zero-if-held");
    const lease = await waiting.catch((error: unknown) =>
      refused(error, { name, waitMs, signals, isHeldFine }),
    );
    return typeof lease === "number" ? lease : await guard(lease, { command, signals, farewell });
  } finally {
    await locks.close();
  }
}

interface Refused {
  readonly name: string;
  readonly waitMs: number | undefined;
  readonly signals: SignalRelay;
  readonly isHeldFine: boolean;
}

/** The exit code of a wait that ended without the lock. Throws what is no such end. */
function refused(error: unknown, { name, waitMs, signals, isHeldFine }: Refused): number {
  if (!LockError.is(error)) throw error;
  if (error.code === "ABORTED" && signals.first !== undefined) {
    return exitCodeOfSignal(signals.first);
  }
  if (error.code !== "WAIT_TIMEOUT" || isUnanswered(error)) throw error;
  const until = waitMs === 0 ? "" : `, and was for ${waitMs} ms`;
  say(`another holds the lock ${JSON.stringify(name)}${until}`, "holdfast inspect shows who");
  return isHeldFine ? EXIT.done : EXIT.held;
}

function readSignal(text: string): NodeJS.Signals {
  const name = text.startsWith("SIG") ? text : `SIG${text}`;
  if (Object.hasOwn(constants.signals, name)) return name as NodeJS.Signals;
  throw new UsageError(
    `--signal is ${JSON.stringify(text)}, which is none`,
    "accepted: SIGTERM, SIGINT, SIGHUP, …",
  );
}

function readGrace(text: string | undefined): number {
  const graceMs = text === undefined ? GRACE_MS_DEFAULT : durationMs("grace", text);
  if (graceMs <= GRACE_MS_MAX) return graceMs;
  throw new UsageError(`--grace is ${text}, which is too long`, "accepted: at most 24h");
}
