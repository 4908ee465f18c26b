import assert from "node:assert/strict";
import {
  type AcquireRequest,
  createLocks,
  type Grant,
  type LockProvider,
  type Locks,
  type LocksOptions,
  type Refusal,
  type ReleaseOutcome,
  type RenewOutcome,
  systemRandom,
} from "@holdfast/core";
import { CaseHistory } from "./case-history.ts";
import type { Facts } from "./facts.ts";
import type { Harness } from "./harness.ts";
import { ProbeProvider } from "./probe-provider.ts";
import { eventually } from "./waits.ts";

/** How long a released or abandoned lock may stay on the backend before it counts as left behind. */
const LEFTOVER_MS_MAX = 4_000;

/** The claim of a raw request, with `ttlMs` made known to the provider. */
export type RawRequest = Omit<AcquireRequest, "signal">;

/** What one case runs with. Everything opened through it is closed when the case ends. */
export class CaseContext {
  readonly facts: Facts;
  readonly harness: Harness;
  /** What the processes of a case with several of them saw. */
  readonly history: CaseHistory = new CaseHistory();
  readonly #closers: (() => PromiseLike<unknown>)[] = [];
  #nameCount = 0;
  /** What earlier cases left: their failure and not this one's. */
  #before: ReadonlySet<string> = new Set();

  constructor(facts: Facts, harness: Harness) {
    this.facts = facts;
    this.harness = harness;
  }

  /** A lock name that nothing else uses, ending in `suffix`. */
  name(suffix = "lock"): string {
    this.#nameCount += 1;
    return `conformance/${systemRandom.holderId().slice(0, 8)}/${this.#nameCount}/${suffix}`;
  }

  /** `ttlMs` moved into the provider's declared range and resolution. */
  ttl(ttlMs: number): number {
    const { ttlMsMin, ttlMsMax, ttlResolutionMs } = this.facts.capabilities;
    const rounded = Math.ceil(Math.max(ttlMs, ttlMsMin) / ttlResolutionMs) * ttlResolutionMs;
    return Math.min(rounded, ttlMsMax);
  }

  /** A new client of the backend. */
  async open(): Promise<LockProvider> {
    const provider = await this.harness.open();
    this.defer(() => provider[Symbol.asyncDispose]());
    return provider;
  }

  /** A new client with a wire tap. */
  async probe(): Promise<ProbeProvider> {
    return new ProbeProvider(await this.open());
  }

  /** `createLocks` over a new client, or the one given, with backoff short enough for a test. */
  async locks(options: CaseLocksOptions = {}): Promise<Locks> {
    const provider = options.provider ?? (await this.open());
    const { clock } = provider;
    const locks = createLocks({
      backoffMsMin: 5,
      backoffMsMax: 40,
      ...(clock === undefined ? {} : { clock }),
      ...options,
      provider,
    });
    this.defer(() => locks.close({ timeoutMs: 500 }));
    return locks;
  }

  /** A request for `name` by a new holder. */
  request(name: string, options: Partial<RawRequest> = {}): RawRequest {
    const { ttlMs = 5_000, ...rest } = options;
    return {
      name,
      holderId: systemRandom.holderId(),
      mode: "exclusive",
      renewable: true,
      ...rest,
      ttlMs: this.ttl(ttlMs),
    };
  }

  /** A grant of `name`, straight from the provider; fails the case when refused. */
  async grant(provider: LockProvider, request: RawRequest): Promise<Grant> {
    const answer = await this.attempt(provider, request);
    assert.equal(answer.granted, true, `${request.name} should be granted`);
    return answer as Grant;
  }

  /** The refusal of `name`; fails the case when granted. */
  async refusal(provider: LockProvider, request: RawRequest): Promise<Refusal> {
    const answer = await this.attempt(provider, request);
    assert.equal(answer.granted, false, `${request.name} should be refused`);
    return answer as Refusal;
  }

  async renew(provider: LockProvider, request: RawRequest): Promise<RenewOutcome> {
    const { name, holderId, ttlMs } = request;
    const outcomes = await provider.renew([{ name, holderId, ttlMs }]);
    assert.equal(outcomes.length, 1, "one outcome per request");
    return outcomes[0] as RenewOutcome;
  }

  /** One attempt; a provider may answer at once or by a promise. */
  async attempt(provider: LockProvider, request: AcquireRequest): Promise<Grant | Refusal> {
    return provider.tryAcquire(request);
  }

  async release(
    provider: LockProvider,
    request: RawRequest,
    inDoubt = false,
  ): Promise<ReleaseOutcome> {
    const { name, holderId, ttlMs } = request;
    return provider.release({ name, holderId, ttlMs, inDoubt });
  }

  /** Resolves when a new holder is granted `name` within `boundMs`; gives it back again. */
  async becomesFree(provider: LockProvider, name: string, boundMs: number): Promise<void> {
    await eventually(boundMs, `${name} becomes free`, async () => {
      const request = this.request(name);
      const answer = await this.attempt(provider, request);
      if (answer.granted) await this.release(provider, request);
      return answer.granted;
    });
  }

  /** Runs `closer` when the case ends, the latest first. */
  defer(closer: () => PromiseLike<unknown>): void {
    this.#closers.push(closer);
  }

  /** Looks at what is on the backend before the case does anything. */
  async begin(): Promise<void> {
    this.#before = new Set(await this.harness.leftovers?.());
  }

  /** Closes what was opened, and checks what was seen and that nothing stays on the backend. */
  async finish(): Promise<void> {
    await this.close();
    await this.#checkHistory();
    let left: readonly string[] = [];
    await eventually(LEFTOVER_MS_MAX, "the backend is empty", async () => {
      const stored = (await this.harness.leftovers?.()) ?? [];
      left = stored.filter((each) => !this.#before.has(each));
      return left.length === 0;
    }).catch(() => assert.fail(`G-09: left on the backend: ${left.slice(0, 10).join(", ")}`));
  }

  async #checkHistory(): Promise<void> {
    const events = await this.history.events();
    await this.history.close();
    const problems = events.length === 0 ? [] : (this.harness.checkHistory?.(events) ?? []);
    assert.ok(problems.length === 0, problems.join("\n"));
  }

  /** Closes what was opened, the latest first. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (reason) {
        failures.push(reason);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "closing what the case opened");
  }
}

/** Options of `createLocks`, where a new client is opened unless `provider` says otherwise. */
export type CaseLocksOptions = Partial<LocksOptions>;
