import type { Clock } from "@holdfast/core";
import type { HoldSession } from "./hold-session.ts";
import type { SessionFacts } from "./session-facts.ts";
import { terminate } from "./sql.ts";

interface GhostsHost {
  readonly clock: Clock;
  /** A pooler's server process may serve somebody else by now, and is not ours to end. */
  readonly isPooled: boolean;
  control(): Promise<HoldSession>;
}

const RETRY_MS_MIN = 20;
const RETRY_MS_MAX = 1_000;
/** Ghosts looked after at once; beyond it the server's own timeout has to do. */
const GHOST_COUNT_MAX = 128;

/**
 * Sessions whose connection is gone without a word of the server: it may keep them, and their locks,
 * until their idle timeout. They are ended over another connection, so that nothing waits for that.
 */
export class Ghosts {
  readonly #host: GhostsHost;
  readonly #untilMs = new Map<SessionFacts, number>();
  readonly #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(host: GhostsHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#untilMs.size === 0;
  }

  /** Resolves when no session of ours can be left unseen. */
  gone(): Promise<void> {
    if (this.isEmpty) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The server ends it by itself after `validMs`. */
  add(facts: SessionFacts, validMs: number): void {
    if (this.#isClosed || this.#untilMs.size >= GHOST_COUNT_MAX) return;
    this.#untilMs.set(facts, this.#host.clock.monotonicMs() + validMs);
    void this.#end(facts);
  }

  close(): void {
    this.#isClosed = true;
    this.#untilMs.clear();
    this.#tell();
  }

  async #end(facts: SessionFacts): Promise<void> {
    const { clock } = this.#host;
    for (let delayMs = RETRY_MS_MIN; this.#untilMs.has(facts); ) {
      const isOver = clock.monotonicMs() >= (this.#untilMs.get(facts) ?? 0);
      if (isOver || (await this.#isGone(facts))) break;
      await new Promise<void>((resolve) => {
        clock.setTimer(delayMs, resolve, { ref: false });
      });
      delayMs = Math.min(2 * delayMs, RETRY_MS_MAX);
    }
    this.#untilMs.delete(facts);
    this.#tell();
  }

  /** False when there was no answer, or it had to be told to go. */
  async #isGone(facts: SessionFacts): Promise<boolean> {
    if (this.#host.isPooled) return false;
    try {
      const control = await this.#host.control();
      const { result } = await control.query(terminate(facts));
      return result.rows.length === 0;
    } catch {
      return false;
    }
  }

  #tell(): void {
    if (this.isEmpty) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
