import { constants } from "node:os";

/** How the program ends, where it is not the guarded command that says so. Numbers of sysexits.h, as far as it has them. */
export const EXIT = {
  done: 0,
  /** `doctor` found a setting that loses locks. */
  dangerous: 1,
  /** EX_USAGE: the command line, or the configuration. */
  usage: 64,
  /** EX_UNAVAILABLE: no usable answer of the backend. */
  unavailable: 69,
  /** EX_SOFTWARE: a defect of this program. */
  defect: 70,
  /** EX_TEMPFAIL: another holds the lock. */
  held: 75,
  /** EX_PROTOCOL: the lease was lost before the command had ended. */
  lost: 76,
} as const;

const SIGNAL_BASE = 128;

/** As shells say it of a command that a signal ended. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return SIGNAL_BASE + constants.signals[signal];
}
