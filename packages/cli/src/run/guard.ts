import type { Lease } from "@holdfast/core";
import { EXIT, exitCodeOfSignal } from "../exit-code.ts";
import { say } from "../say.ts";
import { type Ending, GuardedCommand } from "./guarded-command.ts";
import type { SignalRelay } from "./signal-relay.ts";
import { type Farewell, Watchdog } from "./watchdog.ts";

/** What a command is guarded with. */
export interface Guarding {
  readonly command: readonly string[];
  readonly signals: SignalRelay;
  /** For a command that has lost its lock, or its guard. */
  readonly farewell: Farewell;
}

/** Signals that a terminal itself sends to everything in it. */
const OF_THE_TERMINAL: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
/** The first asks; from the second on, whoever asks is in earnest. */
const ENDING_COUNT_MAX = 2;

/**
 * Runs a command under a lease. It begins when there is somebody to end it whatever becomes of this process, and
 * while the lease is valid. Then gives the lease back when it has ended. Resolves with the exit code. */
export async function guard(lease: Lease, guarding: Guarding): Promise<number> {
  const { farewell, signals } = guarding;
  using watchdog = new Watchdog(farewell);
  const command = new GuardedCommand({ command: guarding.command, env: environmentOf(lease) });
  if (command.target !== undefined) watchdog.watch(command.target);
  signals.relayTo(relayTo(command, farewell));
  let isLost = false;
  const onLoss = () => {
    isLost = true;
    say(`the lock ${JSON.stringify(lease.name)} is lost: the command is told to end`);
    command.send(farewell.signal);
    command.killAfter(farewell.graceMs);
  };
  lease.signal.addEventListener("abort", onLoss, { once: true });
  if (lease.signal.aborted) onLoss();
  else command.begin();
  const ending = await command.ended;
  lease.signal.removeEventListener("abort", onLoss);
  const outcome = await lease.release();
  if (outcome === "unknown") {
    say(
      "the release had no answer",
      `the lock ends by itself ${lease.ttlMs} ms after its last renewal`,
    );
  }
  return isLost ? EXIT.lost : exitCodeOf(ending);
}

/** What the command finds of its lock. Without fencing, the token of a lock around this one is not passed on. */
function environmentOf({ name, fencingToken }: Lease): NodeJS.ProcessEnv {
  const { HOLDFAST_FENCING_TOKEN: _outer, ...env } = process.env;
  const token = fencingToken === undefined ? {} : { HOLDFAST_FENCING_TOKEN: `${fencingToken}` };
  return { ...env, HOLDFAST_LOCK_NAME: name, ...token };
}

function relayTo(command: GuardedCommand, { graceMs }: Farewell): (signal: NodeJS.Signals) => void {
  let endingCount = 0;
  return (signal) => {
    const isSentByTerminal = command.isInteractive && OF_THE_TERMINAL.includes(signal);
    if (!isSentByTerminal) command.send(signal);
    if (ENDING.includes(signal)) endingCount += 1;
    if (endingCount !== ENDING_COUNT_MAX) return;
    endingCount += 1;
    say(`the command is killed unless it ends within ${graceMs / 1_000} s`);
    command.killAfter(graceMs);
  };
}

function exitCodeOf(ending: Ending): number {
  return "code" in ending ? ending.code : exitCodeOfSignal(ending.signal);
}
