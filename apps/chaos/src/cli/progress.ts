import type { SingleBar } from "cli-progress";
import type { RunListener, RunState } from "../run/run-request.ts";

/** Tells on stderr how far the run is: a bar on a terminal, otherwise a line now and then. */
export interface Progress extends RunListener {
  stop(): void;
}

/** A log does not want a line a second. */
const LINE_EVERY_MS = 20_000;
const MS_PER_SECOND = 1_000;

export async function createProgress(
  stream: NodeJS.WriteStream,
  minutes: number,
): Promise<Progress> {
  const totalS = Math.round(minutes * 60);
  if (!stream.isTTY) return new LineProgress(stream, totalS);
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    stream,
    format: "{bar} {value}/{total} s · {note}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    // What is longer than the line is cut off rather than left behind on the next.
    linewrap: false,
    // Ctrl-C is the program's own to handle: it has results to print.
    gracefulExit: false,
  });
  bar.start(totalS, 0, { note: "starting" });
  return new BarProgress(stream, bar, totalS);
}

function noteOf({ faultCount, problemCount, underWay }: RunState): string {
  const now = underWay.length === 0 ? "calm" : underWay.join(", ");
  return `${faultCount} faults, ${problemCount} problems · ${now}`;
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #totalS: number;
  #saidAtMs = 0;

  constructor(stream: NodeJS.WriteStream, totalS: number) {
    this.#stream = stream;
    this.#totalS = totalS;
  }

  update(state: RunState): void {
    if (state.elapsedMs - this.#saidAtMs < LINE_EVERY_MS) return;
    this.#saidAtMs = state.elapsedMs;
    const doneS = Math.round(state.elapsedMs / MS_PER_SECOND);
    this.say(`${doneS} of ${this.#totalS} s · ${noteOf(state)}`);
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  stop(): void {}
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar;
  readonly #totalS: number;

  constructor(stream: NodeJS.WriteStream, bar: SingleBar, totalS: number) {
    this.#stream = stream;
    this.#bar = bar;
    this.#totalS = totalS;
  }

  update(state: RunState): void {
    const doneS = Math.min(this.#totalS, Math.floor(state.elapsedMs / MS_PER_SECOND));
    this.#bar.update(doneS, { note: noteOf(state) });
  }

  /** Over the bar, which draws itself anew below. */
  say(text: string): void {
    this.#stream.write(`\r\u001b[2K${text}\n`);
  }

  stop(): void {
    this.#bar.stop();
  }
}
