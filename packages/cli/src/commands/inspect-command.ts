import { type LockState, systemClock } from "@holdfast/core";
import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { openLocks } from "../open-locks.ts";
import { jsonLine, print } from "../print.ts";
import { SignalRelay } from "../run/signal-relay.ts";

const WATCH_INTERVAL_MS = 500;

/** `holdfast inspect`: what can be told of a lock without holding it. */
export async function inspectCommand({ words, flags }: CommandLine): Promise<number> {
  const [name = ""] = words;
  const show = flags.has("json") ? (state: LockState) => jsonLine(state) : stateText;
  using signals = new SignalRelay();
  const locks = await openLocks(flags);
  try {
    let shown: string | undefined;
    do {
      const state = await locks.inspect(name);
      if (shown !== identityOf(state)) print(show(state));
      shown = identityOf(state);
    } while (flags.has("watch") && (await pause(signals.aborted)));
    return EXIT.done;
  } finally {
    await locks.close();
  }
}

/** False when interrupted. */
function pause(aborted: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = () => {
      timer.cancel();
      resolve(false);
    };
    const timer = systemClock.setTimer(WATCH_INTERVAL_MS, () => {
      aborted.removeEventListener("abort", stop);
      resolve(true);
    });
    aborted.addEventListener("abort", stop, { once: true });
    if (aborted.aborted) stop();
  });
}

/** Changes when something other than the time does. */
function identityOf({ held, fencingToken, incarnation, waiters }: LockState): string {
  return `${held} ${fencingToken} ${incarnation} ${waiters}`;
}

function stateText({ name, held, description, ...facts }: LockState): string {
  if (!held) return `${name} is free\n`;
  const { fencingToken, sinceMs, remainingMs, waiters } = facts;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["by", description],
    ["since", sinceMs === undefined ? undefined : new Date(sinceMs).toISOString()],
    [
      "for another",
      remainingMs === undefined
        ? undefined
        : `${(remainingMs / 1_000).toFixed(1)} s unless renewed`,
    ],
    ["token", fencingToken?.toString()],
    ["waiting", waiters?.toString()],
  ];
  const told = rows.filter(([, value]) => value !== undefined);
  return `${name} is held\n${told.map(([head, value]) => `  ${head.padEnd(11)}  ${value}\n`).join("")}`;
}
