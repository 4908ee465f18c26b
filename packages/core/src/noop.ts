import { type Clock, systemClock } from "./clock.ts";
import { LockError } from "./lock-error.ts";
import type {
  AcquireRequest,
  Capabilities,
  Grant,
  LockState,
  ReleaseOutcome,
  RenewOutcome,
  RenewRequest,
  UnfencedProvider,
} from "./provider.ts";
import { checkKeys } from "./validation.ts";

const CAPABILITIES = {
  fencing: "none",
  endsBy: "ttl",
  waiting: "poll",
  fair: false,
  ttlMsMin: 10,
  ttlMsMax: 365 * 24 * 3600 * 1000,
  ttlResolutionMs: 1,
  transferable: true,
  scope: "process",
  exclusion: "none",
  modes: ["exclusive"],
} as const satisfies Capabilities;

class NoopProvider implements UnfencedProvider {
  readonly name = "noop";
  readonly capabilities: typeof CAPABILITIES = CAPABILITIES;
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async tryAcquire({ name, holderId, ttlMs, mode }: AcquireRequest): Promise<Grant> {
    if (mode !== "exclusive") {
      throw new LockError("UNSUPPORTED", `noop has no mode ${String(mode)}`, { lockName: name });
    }
    const sentAtMs = this.clock.monotonicMs();
    const proof = { fencingToken: undefined, sentAtMs, validMs: ttlMs };
    return { granted: true, name, holderId, ttlMs, ...proof };
  }

  async renew(requests: readonly RenewRequest[]): Promise<readonly RenewOutcome[]> {
    const sentAtMs = this.clock.monotonicMs();
    return requests.map(({ ttlMs }) => ({
      status: "renewed",
      sentAtMs,
      validMs: ttlMs,
      fencingToken: undefined,
    }));
  }

  async release(): Promise<ReleaseOutcome> {
    return "released";
  }

  async inspect(name: string): Promise<LockState> {
    return { name, held: false };
  }

  async ping(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

/**
 * Grants everything to everybody and excludes nobody: for switching locking off in a test or a
 * development environment. Says so once, as a process warning.
 */
export function noop(options: { readonly clock?: Clock } = {}): UnfencedProvider {
  checkKeys(options, "noop(options)", ["clock"]);
  process.emitWarning("the noop lock provider excludes nobody; do not use it where locks matter", {
    type: "HoldfastWarning",
    code: "HOLDFAST_NOOP",
  });
  return new NoopProvider(options.clock ?? systemClock);
}
