import { hostname } from "node:os";
import { type Clock, systemClock } from "./clock.ts";
import { deadlineMs, type SafetyAllowance } from "./deadline.ts";
import { Elapsed } from "./elapsed.ts";
import { LOCAL_INDEX_MAX } from "./fencing-token.ts";
import { LockError } from "./lock-error.ts";
import type { AcquireOptions, Limits, LocksOptions } from "./locks-options.ts";
import type { LockProvider } from "./provider.ts";
import { type Random, systemRandom } from "./random.ts";
import {
  checkBoolean,
  checkCount,
  checkDescription,
  checkFunction,
  checkKeys,
  checkNumber,
  checkSignal,
  DESCRIPTION_BYTES_MAX,
} from "./validation.ts";

/** The longest wait, hold or delay that can be asked for: a year. */
const LONG_MS_MAX = 365 * 24 * 3600 * 1000;
const TTL_MS_MAX_DEFAULT = 600_000;

/** The options of one `Locks`, checked and with every default filled in. */
export interface Settings {
  readonly provider: LockProvider;
  readonly clock: Clock;
  readonly random: Random;
  readonly elapsed: Elapsed;
  readonly ttlMsMax: number;
  readonly unavailableMs: number | undefined;
  readonly allowance: SafetyAllowance;
  readonly localHandoffMax: number;
  readonly localHandoffMaxMs: number | undefined;
  readonly releaseTimeoutMs: number;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly limits: Required<Limits>;
  readonly fenceBase: bigint;
  readonly defaults: AcquireSettings;
}

/** One acquire, checked and with every default filled in. */
export interface AcquireSettings {
  /** Rounded up to what the provider can do. */
  readonly ttlMs: number;
  /** Undefined waits for ever. */
  readonly waitMs: number | undefined;
  readonly renewable: boolean;
  readonly maxHoldMs: number | undefined;
  readonly description: string;
  readonly signal: AbortSignal | undefined;
}

/** Stands for options that were left out, which is the common case and needs no look. */
export const NO_OPTIONS: AcquireOptions = Object.freeze({});

const LOCKS_KEYS = [
  "provider",
  "ttlMs",
  "ttlMsMax",
  "waitMs",
  "unavailableMs",
  "renew",
  "maxHoldMs",
  "description",
  "driftMs",
  "marginMs",
  "localHandoffMax",
  "localHandoffMaxMs",
  "releaseTimeoutMs",
  "backoffMsMin",
  "backoffMsMax",
  "limits",
  "fenceBase",
  "requireFencing",
  "clock",
  "random",
] as const satisfies readonly (keyof LocksOptions)[];
const CALL_KEYS = ["ttlMs", "waitMs", "signal", "renew", "maxHoldMs", "description"] as const;
const LIMITS_DEFAULT: Required<Limits> = {
  waitersPerNameMax: 100_000,
  waitersMax: 200_000,
  leasesMax: 100_000,
  inDoubtMax: 10_000,
};

export function resolveLocksOptions(options: LocksOptions): Settings {
  checkKeys(options, "createLocks(options)", LOCKS_KEYS);
  const provider = checkedProvider(options);
  const clock = checkedClock(options, provider);
  const ttlMsMax = optionalNumber(options.ttlMsMax, "ttlMsMax", 1) ?? TTL_MS_MAX_DEFAULT;
  const backoffMsMin = optionalNumber(options.backoffMsMin, "backoffMsMin", 1) ?? 10;
  const backoffMsMax = options.backoffMsMax ?? Math.max(100, backoffMsMin);
  checkNumber(backoffMsMax, "backoffMsMax", { min: backoffMsMin, max: LONG_MS_MAX });
  const localHandoffMax = options.localHandoffMax ?? 16;
  checkCount(localHandoffMax, "localHandoffMax", { min: 0, max: LOCAL_INDEX_MAX });
  if (options.fenceBase !== undefined && typeof options.fenceBase !== "bigint") {
    throw new TypeError(`fenceBase must be a bigint, not a ${typeof options.fenceBase}`);
  }
  const allowance = {
    driftMs: optionalNumber(options.driftMs, "driftMs", 0),
    marginMs: optionalNumber(options.marginMs, "marginMs", 0),
  };
  const base = { provider, ttlMsMax, allowance };
  return {
    ...base,
    clock,
    random: checkedRandom(options.random ?? systemRandom),
    elapsed: new Elapsed(clock),
    unavailableMs: optionalNumber(options.unavailableMs, "unavailableMs", 1),
    localHandoffMax,
    localHandoffMaxMs: optionalNumber(options.localHandoffMaxMs, "localHandoffMaxMs", 0),
    releaseTimeoutMs: optionalNumber(options.releaseTimeoutMs, "releaseTimeoutMs", 1) ?? 5_000,
    backoffMsMin,
    backoffMsMax,
    limits: resolveLimits(options.limits),
    fenceBase: options.fenceBase ?? 0n,
    defaults: resolveAcquire(base, options, {
      ttlMs: roundedTtlMs(base, options.ttlMs ?? defaultTtlMs(base)),
      waitMs: undefined,
      renewable: true,
      maxHoldMs: undefined,
      description: defaultDescription(),
      signal: undefined,
    }),
  };
}

/** The options of one call over the defaults of its `Locks`. */
export function resolveAcquireOptions(
  settings: Settings,
  options: AcquireOptions,
): AcquireSettings {
  if (options === NO_OPTIONS) return settings.defaults;
  checkKeys(options, "options", CALL_KEYS);
  if (options.signal !== undefined) checkSignal(options.signal, "signal");
  return resolveAcquire(settings, options, settings.defaults);
}

function resolveAcquire(
  settings: Pick<Settings, "provider" | "ttlMsMax" | "allowance">,
  options: AcquireOptions,
  defaults: AcquireSettings,
): AcquireSettings {
  if (options.renew !== undefined) checkBoolean(options.renew, "renew");
  if (options.description !== undefined) checkDescription(options.description);
  return {
    ttlMs: options.ttlMs === undefined ? defaults.ttlMs : roundedTtlMs(settings, options.ttlMs),
    waitMs: optionalNumber(options.waitMs, "waitMs", 0) ?? defaults.waitMs,
    renewable: options.renew ?? defaults.renewable,
    maxHoldMs: optionalNumber(options.maxHoldMs, "maxHoldMs", 1) ?? defaults.maxHoldMs,
    description: options.description ?? defaults.description,
    signal: options.signal,
  };
}

/** Rounds up to the provider's minimum and resolution; refuses what is above a maximum. */
function roundedTtlMs(
  settings: Pick<Settings, "provider" | "ttlMsMax" | "allowance">,
  ttlMs: number,
): number {
  const { ttlMsMin, ttlMsMax, ttlResolutionMs } = settings.provider.capabilities;
  checkNumber(ttlMs, "ttlMs", { min: 1, max: Math.min(settings.ttlMsMax, ttlMsMax) });
  const roundedMs = Math.ceil(Math.max(ttlMs, ttlMsMin) / ttlResolutionMs) * ttlResolutionMs;
  if (roundedMs > ttlMsMax) {
    throw new RangeError(`ttlMs must be at most ${ttlMsMax}; rounded up it is ${roundedMs}`);
  }
  if (deadlineMs(0, { validMs: roundedMs, ttlMs: roundedMs }, settings.allowance) > 0) {
    return roundedMs;
  }
  throw new RangeError(
    `ttlMs must be more than driftMs and marginMs together; ${roundedMs} is not`,
  );
}

function optionalNumber(
  value: number | undefined,
  parameter: string,
  min: number,
): number | undefined {
  if (value !== undefined) checkNumber(value, parameter, { min, max: LONG_MS_MAX });
  return value;
}

function checkedProvider(options: LocksOptions): LockProvider {
  const provider: unknown = options.provider;
  if (typeof provider !== "object" || provider === null) {
    throw new TypeError("provider must be a LockProvider, as memory() or redis({ client }) return");
  }
  const { tryAcquire, renew, release, capabilities } = provider as Partial<LockProvider>;
  checkFunction(tryAcquire, "provider.tryAcquire");
  checkFunction(renew, "provider.renew");
  checkFunction(release, "provider.release");
  if (typeof capabilities !== "object") {
    throw new TypeError("provider.capabilities must be an object");
  }
  if (options.requireFencing !== undefined) checkBoolean(options.requireFencing, "requireFencing");
  if (options.requireFencing && capabilities.fencing === "none") {
    throw new LockError(
      "UNSUPPORTED",
      `requireFencing: provider ${options.provider.name} gives no fencing tokens`,
    );
  }
  return options.provider;
}

/** Ten seconds, or as much as is allowed. */
function defaultTtlMs({ provider, ttlMsMax }: Pick<Settings, "provider" | "ttlMsMax">): number {
  return Math.min(10_000, ttlMsMax, provider.capabilities.ttlMsMax);
}

/** `sentAtMs` of one clock says nothing to another, so the two must be one. */
function checkedClock(options: LocksOptions, provider: LockProvider): Clock {
  const clock = options.clock ?? provider.clock ?? systemClock;
  if (clock !== (provider.clock ?? systemClock)) {
    throw new TypeError(
      `clock must be the one that provider ${provider.name} was created with; give both the same`,
    );
  }
  return clock;
}

function checkedRandom(random: Random): Random {
  checkFunction(random.holderId, "random.holderId");
  checkFunction(random.fraction, "random.fraction");
  return random;
}

function resolveLimits(limits: Limits = {}): Required<Limits> {
  const names = Object.keys(LIMITS_DEFAULT) as (keyof Limits)[];
  checkKeys(limits, "limits", names);
  const resolved: Record<keyof Limits, number> = { ...LIMITS_DEFAULT };
  for (const name of names) {
    const value = limits[name];
    if (value === undefined) continue;
    checkCount(value, `limits.${name}`, { min: 1, max: 10_000_000 });
    resolved[name] = value;
  }
  return resolved;
}

/** Host and process, without what a description may not contain. */
function defaultDescription(): string {
  const plain = hostname().replaceAll(/[^\x20-\x7e]/g, "?");
  return `${plain.slice(0, DESCRIPTION_BYTES_MAX - 20)}:${process.pid}`;
}
