import {
  type AcquireRequest,
  type Capabilities,
  type Clock,
  type Grant,
  LockError,
  type LockProvider,
  type Member,
  type Membership,
  type Outcome,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
  type Timer,
} from "@holdfast/core";
import type { Host } from "../world/host.ts";
import type { DelayTraits } from "../world/link.ts";
import type { RemoteCall, RemoteConnection, RemoteReply, RemoteServer } from "./remote-server.ts";

interface RemoteOptions {
  readonly host: Host;
  readonly server: RemoteServer;
  readonly delay: DelayTraits;
  readonly timeoutMs: number;
  readonly ttlMsMax: number;
}

interface Pending {
  readonly sentAtMs: number;
  settle(reply: RemoteReply): void;
  fail(error: LockError): void;
}

const RECONNECT_MS = 30;

/**
 * A provider in the manner of an adapter, for a memory provider on another machine: one connection,
 * never anything sent while it is down, a timeout on every call, and an outcome with every fault.
 */
export class RemoteProvider implements LockProvider {
  readonly name = "remote";
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  readonly #options: RemoteOptions;
  readonly #pending = new Map<number, Pending>();
  #connection: RemoteConnection | undefined;
  #isReady = false;
  #isClosed = false;
  #nextId = 1;
  #timer: Timer | undefined;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.clock = options.host.clock;
    this.capabilities = {
      fencing: "monotonic",
      endsBy: "ttl",
      waiting: "poll",
      fair: false,
      ttlMsMin: 10,
      ttlMsMax: options.ttlMsMax,
      ttlResolutionMs: 1,
      transferable: true,
      scope: "network",
      exclusion: "exclusive",
      modes: ["exclusive"],
    };
    this.#connect();
  }

  /** `validMs` runs from our own send, as everywhere: the server counts from its arrival. */
  async tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const { signal, ...sent } = request;
    if (signal?.aborted) throw fault("ABORTED", "not-applied");
    const { value, sentAtMs } = await this.#call({ method: "tryAcquire", request: sent }, signal);
    const answer = value as Grant | Refusal;
    return answer.granted ? { ...answer, sentAtMs } : answer;
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    try {
      const { value, sentAtMs } = await this.#call({ method: "renew", requests });
      const outcomes = value as readonly RenewOutcome[];
      return outcomes.map((outcome) =>
        outcome.status === "renewed" ? { ...outcome, sentAtMs } : outcome,
      );
    } catch (cause) {
      return requests.map(() => ({ status: "unknown", cause }));
    }
  }

  async release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    try {
      return (await this.#call({ method: "release", request })).value as ReleaseOutcome;
    } catch {
      return "unknown";
    }
  }

  /** Over the network a member is who it is alone. */
  async asMember(membership: Membership): Promise<Member> {
    const { value } = await this.#call({ method: "asMember", membership });
    return { identity: String(value), provider: this };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#connection?.close();
    for (const { fail } of [...this.#pending.values()]) fail(fault("PROVIDER_CLOSED", "unknown"));
  }

  #connect(): void {
    const { server, host, delay } = this.#options;
    const connection = server.connect(host, {
      delay,
      handlers: {
        up: () => {
          this.#isReady = true;
        },
        reply: (reply) => this.#pending.get(reply.id)?.settle(reply),
        down: () => this.#down(),
      },
    });
    this.#connection = connection;
  }

  #down(): void {
    this.#isReady = false;
    const lost = [...this.#pending.values()];
    for (const { fail } of lost) fail(fault("BACKEND_UNAVAILABLE", "unknown"));
    this.#timer = this.clock.setTimer(RECONNECT_MS, () => this.#connect(), { ref: false });
  }

  #call(call: RemoteCall, signal?: AbortSignal): Promise<{ value: unknown; sentAtMs: number }> {
    if (this.#isClosed) return Promise.reject(fault("PROVIDER_CLOSED", "not-applied"));
    if (!this.#isReady) return Promise.reject(fault("BACKEND_UNAVAILABLE", "not-applied"));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const sentAtMs = this.clock.monotonicMs();
      const end = (): void => {
        this.#pending.delete(id);
        timer.cancel();
        signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: LockError): void => {
        end();
        reject(error);
      };
      const onAbort = (): void => fail(fault("ABORTED", "unknown"));
      const onTimeout = (): void => fail(fault("BACKEND_UNAVAILABLE", "unknown"));
      const timer = this.clock.setTimer(this.#options.timeoutMs, onTimeout, { ref: false });
      signal?.addEventListener("abort", onAbort);
      const settle = (reply: RemoteReply): void => {
        end();
        if ("error" in reply) reject(reply.error);
        else resolve({ value: reply.value, sentAtMs });
      };
      this.#pending.set(id, { sentAtMs, settle, fail });
      this.#connection?.send({ id, call });
    });
  }
}

function fault(
  code: "ABORTED" | "BACKEND_UNAVAILABLE" | "PROVIDER_CLOSED",
  outcome: Outcome,
): LockError {
  return new LockError(code, "the memory on the other machine gave no answer", { outcome });
}
