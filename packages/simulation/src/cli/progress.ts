import type { SingleBar } from "cli-progress";

/** Tells on stderr how far the run is: a bar on a terminal, otherwise a line now and then. */
export interface Progress {
  /** `done` of `total`, seeds or seconds. */
  update(done: number, note: string): void;
  /** A line that stays. */
  say(text: string): void;
  stop(): void;
}

/** A log does not want a line a second. */
const LINE_EVERY_MS = 10_000;

export async function createProgress(
  stream: NodeJS.WriteStream,
  { total, unit }: { readonly total: number; readonly unit: string },
): Promise<Progress> {
  if (!stream.isTTY) return new LineProgress(stream, `${total.toLocaleString("en")} ${unit}`);
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    stream,
    format: `{bar} {value}/{total} ${unit} · {note}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is the program's own to handle: it has results to print.
    gracefulExit: false,
  });
  bar.start(total, 0, { note: "" });
  return new BarProgress(stream, bar);
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #total: string;
  #saidAtMs = performance.now();

  constructor(stream: NodeJS.WriteStream, total: string) {
    this.#stream = stream;
    this.#total = total;
  }

  update(done: number, note: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#saidAtMs < LINE_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    this.say(`${done.toLocaleString("en")} of ${this.#total} · ${note}`);
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  stop(): void {}
}

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar;

  constructor(stream: NodeJS.WriteStream, bar: SingleBar) {
    this.#stream = stream;
    this.#bar = bar;
  }

  update(done: number, note: string): void {
    this.#bar.update(Math.floor(done), { note });
  }

  /** Over the bar, which draws itself anew below. */
  say(text: string): void {
    this.#stream.write(`\r\u001b[2K${text}\n`);
  }

  stop(): void {
    this.#bar.stop();
  }
}
