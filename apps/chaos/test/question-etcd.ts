import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Question } from "./question.ts";

const TIMEOUT_MS = 600;
const base64 = (plain: string): string => Buffer.from(plain).toString("base64");

/** Writes a key, which takes a majority, on a connection of its own. */
export class EtcdQuestion implements Question {
  readonly #at: { readonly host: string; readonly port: number };

  constructor(at: { readonly host: string; readonly port: number }) {
    this.#at = at;
  }

  async ask(): Promise<undefined> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const options = { ...this.#at, path: "/v3/kv/put", method: "POST", agent: false as const };
    const question = request({ ...options, signal });
    question.end(JSON.stringify({ key: base64("probe"), value: base64("asked") }));
    const [answer] = (await once(question, "response")) as [IncomingMessage];
    const said = await text(answer);
    if (answer.statusCode !== 200) throw new Error(said);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
