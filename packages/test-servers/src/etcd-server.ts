import { askEtcd, type EtcdTrust } from "./etcd-question.ts";
import type { LaunchedServer } from "./launched-server.ts";
import { ServerHandle } from "./server-handle.ts";

const TIMEOUT_MS = 10_000;

/** One etcd of a test, alone or a member of a cluster, without users. */
export class EtcdServer extends ServerHandle {
  /** What a client needs; undefined without TLS. */
  readonly trust: EtcdTrust | undefined;

  constructor(launched: LaunchedServer, trust?: EtcdTrust) {
    super(launched);
    this.trust = trust;
  }

  /** What drivers take. */
  get url(): string {
    return `${this.trust === undefined ? "http" : "https"}://${this.host}:${this.port}`;
  }

  /**
   * Asks the JSON form of a gRPC method, for example `("/v3/kv/range", { key })` with the key in
   * base64, or an HTTP path without a body.
   */
  async ask(
    path: string,
    body?: object,
    timeoutMs: number = TIMEOUT_MS,
  ): Promise<Readonly<Record<string, unknown>>> {
    return JSON.parse(await this.#text(path, body, timeoutMs)) as Readonly<Record<string, unknown>>;
  }

  /** What it counts and measures, in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#text("/metrics");
  }

  /** The version that the server reports, for example `3.4.23`. */
  async version(): Promise<string> {
    return String((await this.ask("/version"))["etcdserver"]);
  }

  #text(path: string, body?: object, timeoutMs: number = TIMEOUT_MS): Promise<string> {
    const asking = { timeoutMs, trust: this.trust, ...(body && { body }) };
    return askEtcd(this.address, path, asking);
  }
}
