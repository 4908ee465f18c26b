import type { RunListener } from "../method/variant-run.ts";
import type { Scenario, Variant } from "../scenario.ts";
import { BarProgress } from "./bar-progress.ts";
import { canSparkle } from "./sparkline.ts";

/**
 * Tells on stderr how far the run is: on a terminal a bar, with the last figure and those of its strategy
 * before it; otherwise one line per variant.
 */
export interface Progress extends RunListener {
  /** Anything that is not a measurement, such as the start of a server. */
  say(text: string): void;
  stop(): void;
}

export async function createProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY) return new LineProgress(stream);
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    stream,
    format: "{bar} {value}/{total} {title} · {strategy}{figure}",
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
  return new BarProgress(stream, bar, { sparklines: canSparkle(stream) });
}

class LineProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  onVariant(scenario: Scenario, variant: Variant, slices: number): void {
    this.say(`measuring ${scenario.id} · ${variant.title} (${slices} slices)`);
  }

  onSlice(): void {}

  onSample(): void {}

  stop(): void {}
}
