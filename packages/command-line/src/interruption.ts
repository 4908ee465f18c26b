/** Exit code by signal, as shells have it: 128 plus the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** A terminal signals the whole group and a parent may pass its own on: within this it is one Ctrl-C. */
const SAME_MS_MAX = 500;

type Signal = keyof typeof EXIT_CODES;

/**
 * Turns Ctrl-C into an abort, so that the run can stop, print what it has and leave nothing behind.
 * A second one ends the program at once, for a user who will not wait.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners: readonly (readonly [Signal, () => void])[];
  #exitCode: number | undefined;
  #interruptedAtMs = 0;

  constructor() {
    this.#listeners = (Object.keys(EXIT_CODES) as Signal[]).map((name) => [
      name,
      () => this.#interrupt(EXIT_CODES[name]),
    ]);
    for (const [name, listener] of this.#listeners) process.on(name, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The code to exit with, once interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener);
  }

  #interrupt(exitCode: number): void {
    if (this.#exitCode !== undefined) {
      if (performance.now() - this.#interruptedAtMs > SAME_MS_MAX) process.exit(exitCode);
      return;
    }
    this.#interruptedAtMs = performance.now();
    this.#exitCode = exitCode;
    this.#controller.abort();
  }
}
