import { askEtcd } from "./etcd-question.ts";
import { ServerHandle } from "./server-handle.ts";

const TIMEOUT_MS = 10_000;

/** One etcd of a test, a cluster of itself, without users. */
export class EtcdServer extends ServerHandle {
  /** What drivers take. */
  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /**
   * Asks the JSON form of a gRPC method, for example `("/v3/kv/range", { key })` with the key in
   * base64, or an HTTP path without a body.
   */
  async ask(path: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.#text(path, body)) as Readonly<Record<string, unknown>>;
  }

  /** What it counts and measures, in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#text("/metrics");
  }

  /** The version that the server reports, for example `3.4.23`. */
  async version(): Promise<string> {
    return String((await this.ask("/version"))["etcdserver"]);
  }

  #text(path: string, body?: object): Promise<string> {
    return askEtcd(this.address, path, { timeoutMs: TIMEOUT_MS, ...(body && { body }) });
  }
}
