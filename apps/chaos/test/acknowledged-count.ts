import { setTimeout as sleep } from "node:timers/promises";
import { RespClient } from "@holdfast/test-servers";

const KEY = "acknowledged";
const TIMEOUT_MS = 600;
const PAUSE_MS = 2;

/** Counts on a server, through its proxy, and sees when what was acknowledged is gone. */
export class AcknowledgedCount {
  readonly #at: { readonly host: string; readonly port: number };
  readonly #counting: Promise<void>;
  #last = 0;
  #lossCount = 0;
  #isStopped = false;

  constructor({ host, port }: { readonly host: string; readonly port: number }) {
    this.#at = { host, port };
    this.#counting = this.#count();
  }

  /** How far the server has counted. */
  get last(): number {
    return this.#last;
  }

  /** Resolves with how often it counted on from less than it had acknowledged. */
  async stop(): Promise<number> {
    this.#isStopped = true;
    await this.#counting;
    return this.#lossCount;
  }

  async #count(): Promise<void> {
    while (!this.#isStopped) {
      // The server is away at times.
      await this.#countOn().catch(() => {});
      await sleep(PAUSE_MS);
    }
  }

  async #countOn(): Promise<void> {
    await using client = await RespClient.connect({ ...this.#at, timeoutMs: TIMEOUT_MS });
    while (!this.#isStopped) {
      const count = Number(await client.command("INCR", KEY));
      if (count <= this.#last) this.#lossCount += 1;
      this.#last = count;
      await sleep(PAUSE_MS);
    }
  }
}
