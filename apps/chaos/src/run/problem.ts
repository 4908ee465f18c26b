import type { HistoryEvent } from "@holdfast/history";

/** Something that must not happen, and did: a checker's finding in the history, or what a process told. */
export interface Problem {
  /** The checker's name, or one of the run's own rules. */
  readonly rule: string;
  /** Of the lock; empty where it concerns none. */
  readonly name: string;
  readonly message: string;
  /** The events that prove it. */
  readonly events: readonly HistoryEvent[];
}

/** Notes a problem that no history shows. */
export type Blame = (rule: string, message: string) => void;

/** Rules of the run itself; all others are checkers of the history. */
export const runRules: Readonly<Record<string, string>> = {
  background: "a process ended, or rejected, although nobody had asked for it",
  close: "a process that was asked to close did not end",
  hang: "a call was not answered, long after every fault was over",
  error: "a call ended with an error that it may not end with",
  leaks: "something was left when everybody had gone",
  "spurious-loss": "a lock that is renewed was lost, and nothing had been broken meanwhile",
  sleep: "a lock was relied on although its machine had slept past its end",
  untold: "a holder found a loss by asking, and its signal had not told",
  progress: "a fresh client was not given a free name when everything was mended",
};
