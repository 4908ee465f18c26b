import { RespClient } from "@holdfast/test-servers";
import type { Question } from "./question.ts";

const TIMEOUT_MS = 600;
const SCRIPT = `
redis.call('SET', 'probe', 'asked', 'PX', 60000)
redis.call('PUBLISH', 'probe', 'asked')
return redis.call('TIME')`;

/** A script by its hash, on one connection for as long as that works. */
export class RedisQuestion implements Question {
  readonly #at: { readonly host: string; readonly port: number };
  #client: RespClient | undefined;
  #hash: string | undefined;

  constructor(at: { readonly host: string; readonly port: number }) {
    this.#at = at;
  }

  async ask(): Promise<number> {
    const timeoutMs = TIMEOUT_MS;
    this.#client ??= await RespClient.connect({ ...this.#at, timeoutMs });
    try {
      this.#hash ??= String(await this.#client.command("SCRIPT", "LOAD", SCRIPT));
      const time = await this.#client.command("EVALSHA", this.#hash, 0);
      const [seconds, microseconds] = (time as readonly unknown[]).map(Number);
      return (seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000;
    } catch (error) {
      await this.close();
      this.#hash = undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    this.#client?.close();
    this.#client = undefined;
    return Promise.resolve();
  }
}
