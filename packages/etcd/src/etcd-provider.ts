import {
  type AcquireRequest,
  type BreakTarget,
  type Clock,
  type EnqueueRequest,
  type FencedProvider,
  type Finding,
  type Grant,
  LockError,
  type LockState,
  type Loss,
  type Refusal,
  type ReleaseOutcome,
  type ReleaseRequest,
  type RenewOutcome,
  type RenewRequest,
} from "@holdfast/core";
import { Acquisition } from "./acquisition.ts";
import { Attempts } from "./attempts.ts";
import { Caller } from "./caller.ts";
import { examine } from "./doctor.ts";
import { BroughtClient, type Endpoints, OpenedClients } from "./endpoints.ts";
import type { EtcdClient } from "./etcd-client.ts";
import {
  type EtcdOptions,
  type EtcdSettings,
  etcdSettings,
  hostUrls,
  TTL_MS_MIN,
} from "./etcd-options.ts";
import { HeldWatch } from "./held-watch.ts";
import { breakHolder, inspectLock } from "./inspection.ts";
import { Keyspace } from "./keyspace.ts";
import { Leases } from "./leases.ts";
import { Losses } from "./losses.ts";
import { openClients } from "./open-clients.ts";
import { Queue } from "./queue.ts";
import { Releases } from "./releases.ts";
import { renewAll } from "./renew-all.ts";
import { firstOf } from "./transactions.ts";
import { Watches } from "./watches.ts";

/** A provider over one etcd cluster. */
export interface EtcdProvider extends FencedProvider {
  readonly name: "etcd";
  readonly clock: Clock;
  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal>;
  enqueue(request: EnqueueRequest): Promise<Grant>;
  release(request: ReleaseRequest): Promise<ReleaseOutcome>;
  onLoss(listener: (loss: Loss) => void): Disposable;
  inspect(name: string): Promise<LockState>;
  breakLock(name: string, target: BreakTarget): Promise<boolean>;
  ping(): Promise<void>;
  doctor(): Promise<readonly Finding[]>;
}

/**
 * A provider over one etcd cluster, through a client of etcd3 that the user brings or ones opened from
 * `hosts`. Nothing is sent before the first call. Bad options are a TypeError or RangeError.
 *
 * A ttl is rounded up: renewable locks share one lease for each power of two of seconds from 2 to 256,
 * others have a lease of whole seconds, and the grant says what the server really gave.
 */
export function etcd(options: EtcdOptions): EtcdProvider {
  const settings = etcdSettings(options);
  return new EtcdCluster(endpointsOf(options, settings), settings, options.client);
}

function endpointsOf(options: EtcdOptions, settings: EtcdSettings): Endpoints {
  if (options.client !== undefined) return new BroughtClient(options.client);
  const urls = hostUrls(options);
  const { clock, commandTimeoutMs } = settings;
  const deadlineMs = (): number => clock.wallMs() + commandTimeoutMs;
  return new OpenedClients(urls.length, () => openClients(urls, options, deadlineMs));
}

class EtcdCluster implements EtcdProvider {
  readonly name = "etcd";
  readonly capabilities: EtcdProvider["capabilities"];
  readonly clock: Clock;
  readonly #caller: Caller;
  readonly #keyspace: Keyspace;
  readonly #leases: Leases;
  readonly #losses = new Losses();
  readonly #acquisition: Acquisition;
  readonly #queue: Queue;
  readonly #watches: Watches;
  readonly #heldWatch: HeldWatch;
  readonly #releases: Releases;
  readonly #brought: EtcdClient | undefined;
  #closing: Promise<void> | undefined;

  constructor(endpoints: Endpoints, settings: EtcdSettings, brought?: EtcdClient) {
    const { clock, prefix, commandTimeoutMs, ttlMsMax } = settings;
    this.clock = clock;
    this.#brought = brought;
    this.capabilities = capabilitiesOf(ttlMsMax);
    const caller = new Caller(endpoints, clock, commandTimeoutMs);
    const keyspace = new Keyspace(prefix);
    const lost = (loss: Loss): void => this.#losses.tell(loss);
    const leases = new Leases({ caller, clock, keyspace, lost });
    const attempts = new Attempts(clock);
    this.#caller = caller;
    this.#keyspace = keyspace;
    this.#leases = leases;
    const target = { caller, clock, keyspace, leases, attempts };
    this.#acquisition = new Acquisition(target);
    this.#watches = new Watches(endpoints, clock);
    this.#heldWatch = new HeldWatch(leases, this.#watches);
    this.#queue = new Queue(target, this.#acquisition, this.#watches);
    this.#releases = new Releases({ caller, keyspace, leases, attempts });
  }

  tryAcquire(request: AcquireRequest): Promise<Grant | Refusal> {
    const { mode, name } = request;
    if (mode !== "exclusive") {
      const words = `etcd: mode ${JSON.stringify(mode)} is not supported`;
      return Promise.reject(new LockError("UNSUPPORTED", words, { lockName: name }));
    }
    return this.#acquisition.tryAcquire(request);
  }

  enqueue(request: EnqueueRequest): Promise<Grant> {
    return this.#queue.enqueue(request);
  }

  renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const [caller, keyspace, leases] = [this.#caller, this.#keyspace, this.#leases];
    return renewAll(requests, { caller, keyspace, leases, heldWatch: this.#heldWatch });
  }

  release(request: ReleaseRequest): Promise<ReleaseOutcome> {
    return this.#releases.release(request);
  }

  onLoss(listener: (loss: Loss) => void): Disposable {
    return this.#losses.add(listener);
  }

  inspect(name: string): Promise<LockState> {
    return inspectLock(name, { caller: this.#caller, keyspace: this.#keyspace });
  }

  /** `force` changes nothing here: no session has to agree. */
  breakLock(name: string, target: BreakTarget): Promise<boolean> {
    return breakHolder(name, target, { caller: this.#caller, keyspace: this.#keyspace });
  }

  /** Asks the cluster, and not only the member. */
  async ping(): Promise<void> {
    const range = firstOf({ key: this.#keyspace.tombstone("ping") });
    await this.#caller.run({ send: ({ client, options }) => client.kv.range(range, options) });
  }

  doctor(): Promise<readonly Finding[]> {
    const [caller, keyspace, brought] = [this.#caller, this.#keyspace, this.#brought];
    return examine({ caller, keyspace, brought });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watches.close();
    await this.#leases.close();
    this.#caller.close();
  }
}

function capabilitiesOf(ttlMsMax: number): EtcdProvider["capabilities"] {
  return {
    fencing: "monotonic",
    endsBy: "ttl",
    waiting: "queue",
    fair: true,
    ttlMsMin: TTL_MS_MIN,
    ttlMsMax,
    ttlResolutionMs: 1_000,
    transferable: true,
    scope: "network",
    exclusion: "exclusive",
    modes: ["exclusive"],
  };
}
