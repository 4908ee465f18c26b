import { closeSync, openSync, writeSync } from "node:fs";
import type { HistoryEvent } from "./history-event.ts";

/** An event before the recorder has stamped it with the time. */
export type Entry = Omit<HistoryEvent, "atNs">;

/** Stamps events with the time and keeps them in the order in which they were recorded. */
export interface Recorder {
  readonly nowNs: () => number;
  record(entry: Entry): void;
}

/** Keeps the events in memory: for one process, or for a simulation of many. */
export class MemoryRecorder implements Recorder {
  readonly events: HistoryEvent[] = [];
  readonly nowNs: () => number;

  /** `nowNs` gives whole nanoseconds and never runs backwards. */
  constructor(nowNs: () => number) {
    this.nowNs = nowNs;
  }

  record(entry: Entry): void {
    this.events.push({ atNs: this.nowNs(), ...entry });
  }
}

/**
 * Appends the events to a file of JSON lines, one file for each process.
 *
 * Every event is handed to the system before `record` returns, so that a process that is killed
 * leaves all it had recorded. A release that is missing would look like a lock held for longer.
 */
export class FileRecorder implements Recorder, Disposable {
  readonly nowNs: () => number;
  readonly #file: number;

  constructor(path: string, nowNs: () => number) {
    this.nowNs = nowNs;
    this.#file = openSync(path, "a");
  }

  record(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify({ atNs: this.nowNs(), ...entry })}\n`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
