import type { SingleBar } from "cli-progress";

/** A log does not want a line a second. */
const LINE_EVERY_MS = 10_000;

/** Tells on stderr how far a soak is: a bar on a terminal, otherwise a line now and then. */
export class SoakProgress implements Disposable {
  readonly #what: string;
  readonly #cycleCount: number;
  readonly #bar: SingleBar | undefined;
  #saidAtMs = performance.now();

  private constructor(what: string, cycleCount: number, bar: SingleBar | undefined) {
    this.#what = what;
    this.#cycleCount = cycleCount;
    this.#bar = bar;
  }

  static async begin(what: string, cycleCount: number): Promise<SoakProgress> {
    if (!process.stderr.isTTY) return new SoakProgress(what, cycleCount, undefined);
    const { SingleBar } = await import("cli-progress");
    const bar = new SingleBar({
      stream: process.stderr,
      format: `${what} {bar} {value}/{total} cycles, {eta_formatted} left`,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the program's own to handle: it has results to print.
      gracefulExit: false,
    });
    bar.start(cycleCount, 0);
    return new SoakProgress(what, cycleCount, bar);
  }

  update(cycles: number): void {
    this.#bar?.update(Math.min(cycles, this.#cycleCount));
    const nowMs = performance.now();
    if (this.#bar !== undefined || nowMs - this.#saidAtMs < LINE_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    const [done, of] = [cycles, this.#cycleCount].map((count) => count.toLocaleString("en"));
    process.stderr.write(`${this.#what}: ${done} of ${of} cycles\n`);
  }

  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}
