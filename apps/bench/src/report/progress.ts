import type { SingleBar } from "cli-progress";
import type { RunListener } from "../method/variant-run.ts";
import type { Scenario, Variant } from "../scenario.ts";

/** Tells on stderr how far the run is: a bar on a terminal, otherwise one line per variant. */
export interface Progress extends RunListener {
  /** Anything that is not a measurement, such as the start of a server. */
  say(text: string): void;
  stop(): void;
}

export async function createProgress(stream: NodeJS.WriteStream): Promise<Progress> {
  if (!stream.isTTY) return new LineProgress(stream);
  const { SingleBar } = await import("cli-progress");
  return new BarProgress(
    stream,
    new SingleBar({
      stream,
      format: "{bar} {value}/{total} {title} · {strategy}",
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the program's own to handle: it has results to print.
      gracefulExit: false,
    }),
  );
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

class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar;
  #begun = 0;

  constructor(stream: NodeJS.WriteStream, bar: SingleBar) {
    this.#stream = stream;
    this.#bar = bar;
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  onVariant(scenario: Scenario, variant: Variant, slices: number): void {
    this.#bar.stop();
    this.#begun = 0;
    this.#bar.start(slices, 0, { title: `${scenario.id} · ${variant.title}`, strategy: "" });
  }

  onSlice(strategyId: string): void {
    this.#bar.update(this.#begun, { strategy: strategyId });
    this.#begun += 1;
  }

  onSample(): void {}

  stop(): void {
    this.#bar.stop();
  }
}
