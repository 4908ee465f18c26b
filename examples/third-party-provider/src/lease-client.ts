import { Agent, type IncomingMessage, request } from "node:http";
import type { Row } from "./lease-service.ts";

/** What `/take` and `/renew` are asked. */
interface Claim {
  readonly name: string;
  readonly holderId: string;
  readonly ttlMs: number;
}

/** A thousand at once would overflow the backlog of the service. */
const CONNECTIONS_MAX = 256;
const ANSWER_MS_MAX = 3_000;

/** Stands for the client package of the service. It knows nothing of Holdfast. */
export class LeaseClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  async take(claim: Claim, signal?: AbortSignal): Promise<Row> {
    return (await this.#post("/take", claim, signal)) as Row;
  }

  async renew(claims: readonly Claim[]): Promise<readonly (Row | null)[]> {
    return (await this.#post("/renew", claims)) as readonly (Row | null)[];
  }

  async release(holding: { readonly inDoubt: boolean } & Claim): Promise<boolean> {
    return ((await this.#post("/release", holding)) as { released: boolean }).released;
  }

  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  async #post(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.#isClosed) throw new Error("the client was closed");
    const limit = AbortSignal.timeout(ANSWER_MS_MAX);
    const ends = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    const options = { method: "POST", agent: this.#agent, signal: ends };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(new URL(path, this.#url), options, resolve)
        .on("error", reject)
        .end(JSON.stringify(body));
    });
    const parts = await response.toArray();
    return JSON.parse(Buffer.concat(parts).toString());
  }
}
