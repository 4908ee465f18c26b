/** What ends or tells a command; SIGKILL and SIGSTOP reach nobody but the process itself. */
const RELAYED: readonly NodeJS.Signals[] = [
  ...(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const),
];

/**
 * Hears the signals that this process gets. The first one before there is a command ends the wait for the lock;
 * later ones go to the command.
 */
export class SignalRelay implements Disposable {
  readonly #aborter = new AbortController();
  readonly #hear = (signal: NodeJS.Signals): void => this.#take(signal);
  #receiver: ((signal: NodeJS.Signals) => void) | undefined;
  #first: NodeJS.Signals | undefined;

  constructor() {
    for (const signal of RELAYED) process.on(signal, this.#hear);
  }

  /** The signal that ended the wait, if one did. */
  get first(): NodeJS.Signals | undefined {
    return this.#first;
  }

  /** Aborts with the first signal, while nobody receives. */
  get aborted(): AbortSignal {
    return this.#aborter.signal;
  }

  /** From now on signals go there. */
  relayTo(receiver: (signal: NodeJS.Signals) => void): void {
    this.#receiver = receiver;
  }

  #take(signal: NodeJS.Signals): void {
    if (this.#receiver !== undefined) {
      this.#receiver(signal);
      return;
    }
    this.#first ??= signal;
    this.#aborter.abort();
  }

  [Symbol.dispose](): void {
    for (const signal of RELAYED) process.off(signal, this.#hear);
  }
}
