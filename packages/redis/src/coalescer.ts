import type { BatchedCall } from "./batch.ts";
import type { CommandRunner, WaitingCall } from "./command-runner.ts";
import { aborted } from "./sent-command.ts";

/** Calls under way by themselves before others are gathered: two callers never wait for each other. */
const SINGLES_MAX = 2;
/** Calls in one command: a millisecond of the server's time, so that nobody waits long behind it. */
const BATCH_ITEMS_MAX = 100;
/** Microtasks in which somebody who was granted a lock has asked to release it, through core. */
const TURNS_AFTER_BATCH = 20;

/** A call that was not sent yet. */
interface Gathered extends WaitingCall {
  /** Stops listening to the caller's signal. */
  leave(): void;
}

/**
 * Sends acquires and releases at once where at most one is under way, by the same scripts as ever. Where more
 * are, or a batch is, gathers them, and sends what was gathered as one command when that has landed, or
 * when the batch is full. Each caller gets its own outcome, counted from the send of its batch. One that is
 * aborted before is never sent.
 *
 * Gathered calls stay in their order. Other commands may pass them.
 */
export class Coalescer {
  readonly #runner: CommandRunner;
  #gathered = new Set<Gathered>();
  #singleCount = 0;
  #batchCount = 0;
  readonly #singleLanded = (): void => {
    this.#singleCount -= 1;
    this.#goOn();
  };

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  run<Result>(call: BatchedCall<Result>): Promise<Result> {
    const { current, hasRoom } = this.#runner;
    // Nothing is gathered without a connection: each waits for it by itself, or is told why not.
    if (current === undefined || !hasRoom || call.signal?.aborted) return this.#runner.run(call);
    if (!this.#isOpen) return this.#gather(call);
    this.#singleCount += 1;
    return this.#runner.send(current, call, this.#singleLanded);
  }

  /** To be called after the runner was closed: tells those that were not sent. */
  close(): void {
    this.#sendGathered();
  }

  /** A call may be sent by itself. */
  get #isOpen(): boolean {
    return this.#batchCount === 0 && this.#singleCount < SINGLES_MAX;
  }

  #goOn(): void {
    if (this.#isOpen) this.#sendGathered();
  }

  /** Its callers first ask for what they want next, so that this goes out together too. */
  async #batchLanded(): Promise<void> {
    for (let turn = 0; turn < TURNS_AFTER_BATCH; turn += 1) await undefined;
    this.#batchCount -= 1;
    this.#goOn();
  }

  #gather<Result>(call: BatchedCall<Result>): Promise<Result> {
    const { signal } = call;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        gathered.leave();
        this.#gathered.delete(gathered);
        reject(aborted(call, "not-applied"));
      };
      const gathered: Gathered = {
        call,
        resolve: resolve as (result: unknown) => void,
        reject,
        leave: () => signal?.removeEventListener("abort", onAbort),
      };
      signal?.addEventListener("abort", onAbort);
      this.#gathered.add(gathered);
      if (this.#gathered.size >= BATCH_ITEMS_MAX) this.#sendGathered();
    });
  }

  #sendGathered(): void {
    const gathered = [...this.#gathered];
    this.#gathered = new Set();
    for (const { leave } of gathered) leave();
    const wanted = gathered.filter(isWanted);
    const { current, hasRoom } = this.#runner;
    if (wanted.length > 1 && current !== undefined && hasRoom) {
      this.#batchCount += 1;
      this.#runner.sendTogether(current, wanted, () => void this.#batchLanded());
      return;
    }
    for (const { call, resolve, reject } of wanted) {
      this.run(call as BatchedCall<unknown>).then(resolve, reject);
    }
  }
}

/** One signal may end many calls: the first that hears of it may have the others sent before they do. */
function isWanted({ call, reject }: Gathered): boolean {
  if (!call.signal?.aborted) return true;
  reject(aborted(call, "not-applied"));
  return false;
}
