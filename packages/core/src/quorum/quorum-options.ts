import { type Clock, systemClock } from "../clock.ts";
import { Elapsed } from "../elapsed.ts";
import type { LockProvider, Membership } from "../provider.ts";
import { type Random, systemRandom } from "../random.ts";
import { checkBoolean, checkKeys, checkNumber } from "../validation.ts";

/** What `quorum` takes beside its members. Times are whole milliseconds. */
export interface QuorumOptions {
  /** Names the strategy in errors and events. Default `quorum`. */
  readonly name?: string;
  /**
   * False excludes without fencing tokens, which members without `asMember` need. Default true: every
   * member must have it.
   */
  readonly fencing?: boolean;
  /**
   * Longest ttl accepted, 10 to 86,400,000. Default 60,000, or what the members accept if that is less. The
   * restart guard is at least as long, so a long one keeps a restarted member out for long.
   */
  readonly ttlMsMax?: number;
  /**
   * How long a member that may have lost its data abstains. At least `ttlMsMax` with drift, which is the
   * default; 0 switches it off, for members that never lose an acknowledged write.
   */
  readonly restartGuardMs?: number;
  /** How long a member may take to answer, 1 to 60,000. Default 5 % of the ttl, at least 50. */
  readonly memberTimeoutMs?: number;
  /**
   * How far a proposed token may be from a member's clock, 0 to a quarter of `ttlMsMax`. Default 1,000, or that
   * quarter if it is less.
   */
  readonly proposalSlackMs?: number;
  /** Validity below which a grant is refused and given back. Default 0: any that is left. */
  readonly validityMsMin?: number;
  /** How members are called in votes and findings, in their order. Default name and number. */
  readonly memberNames?: readonly string[];
  /** Default: the members', else the system's. */
  readonly clock?: Clock;
  readonly random?: Random;
}

/** The options, checked and with every default filled in. */
export interface QuorumSettings {
  readonly name: string;
  readonly fencing: boolean;
  readonly ttlMsMax: number;
  readonly membership: Membership;
  readonly memberTimeoutMs: number | undefined;
  readonly validityMsMin: number;
  readonly memberNames: readonly string[];
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  readonly random: Random;
}

const OPTION_KEYS = [
  "name",
  "fencing",
  "ttlMsMax",
  "restartGuardMs",
  "memberTimeoutMs",
  "proposalSlackMs",
  "validityMsMin",
  "memberNames",
  "clock",
  "random",
] as const satisfies readonly (keyof QuorumOptions)[];

const DAY_MS = 24 * 3600 * 1000;
const TTL_MS_MAX_DEFAULT = 60_000;
const FENCE_TTL_MS_MIN = 600_000;
const FENCE_TTL_SLACK_MS = 10_000;

/** Checks everything that can be checked before a member is asked. */
export function resolveQuorum(
  members: readonly LockProvider[],
  options: QuorumOptions,
): QuorumSettings {
  checkKeys(options, "quorum(members, options)", OPTION_KEYS);
  const fencing = options.fencing ?? true;
  checkBoolean(fencing, "fencing");
  checkMembers(members, fencing);
  const ttlMsMax = ttlMsMaxOf(members, options.ttlMsMax);
  const clock = clockOf(members, options.clock);
  const fenceTtlMs = Math.max(FENCE_TTL_MS_MIN, 2 * ttlMsMax + FENCE_TTL_SLACK_MS);
  const restartGuardMs = restartGuardOf(ttlMsMax, options.restartGuardMs);
  // After the guard a restarted member's time has passed what two slacks could have put ahead of it.
  const slackMsMax = Math.floor(ttlMsMax / 4);
  const { memberTimeoutMs, validityMsMin = 0 } = options;
  const proposalSlackMs = options.proposalSlackMs ?? Math.min(1_000, slackMsMax);
  if (memberTimeoutMs !== undefined) {
    checkWhole(memberTimeoutMs, "memberTimeoutMs", { min: 1, max: 60_000 });
  }
  checkWhole(proposalSlackMs, "proposalSlackMs", { min: 0, max: slackMsMax });
  checkWhole(validityMsMin, "validityMsMin", { min: 0, max: DAY_MS });
  const fingerprint = [
    `n=${members.length} ttl=${ttlMsMax} guard=${restartGuardMs}`,
    `fence=${fenceTtlMs} slack=${proposalSlackMs}`,
  ].join(" ");
  return {
    name: nameOf(options.name),
    fencing,
    ttlMsMax,
    membership: { fingerprint, restartGuardMs, proposalSlackMs, fenceTtlMs },
    memberTimeoutMs,
    validityMsMin,
    memberNames: memberNamesOf(members, options.memberNames),
    clock,
    elapsed: new Elapsed(clock),
    random: options.random ?? systemRandom,
  };
}

function checkMembers(members: readonly LockProvider[], fencing: boolean): void {
  if (!Array.isArray(members) || members.length === 0) {
    throw new TypeError("quorum(members) needs an array of at least one provider; three are usual");
  }
  const seen = new Set<LockProvider>();
  for (const [index, member] of members.entries()) {
    if (typeof member?.tryAcquire !== "function") {
      throw new TypeError(`members[${index}] is not a lock provider`);
    }
    if (seen.has(member)) {
      throw new TypeError(`members[${index}] is listed twice; every member votes once`);
    }
    seen.add(member);
    if (member.capabilities.exclusion === "none") {
      throw new TypeError(`members[${index}] (${member.name}) excludes nobody and cannot vote`);
    }
    if (fencing && member.asMember === undefined) {
      throw new TypeError(
        `members[${index}] (${member.name}) cannot raise a fencing token; ` +
          "say fencing: false for exclusion without tokens",
      );
    }
  }
}

function ttlMsMaxOf(members: readonly LockProvider[], wanted: number | undefined): number {
  const possible = Math.min(DAY_MS, ...members.map(({ capabilities }) => capabilities.ttlMsMax));
  if (wanted === undefined) return Math.min(TTL_MS_MAX_DEFAULT, possible);
  const least = Math.max(10, ...members.map(({ capabilities }) => capabilities.ttlMsMin));
  checkWhole(wanted, "ttlMsMax", { min: least, max: possible });
  return wanted;
}

/** A guard shorter than a ttl that a forgotten grant may still have would guard nothing. */
function restartGuardOf(ttlMsMax: number, wanted: number | undefined): number {
  const least = Math.ceil(ttlMsMax * 1.01) + 2;
  if (wanted === undefined) return least;
  if (wanted !== 0) {
    const parameter = "restartGuardMs, unless it is 0,";
    checkWhole(wanted, parameter, { min: least, max: 2 * DAY_MS });
  }
  return wanted;
}

function clockOf(members: readonly LockProvider[], wanted: Clock | undefined): Clock {
  const clocks = new Set(members.map(({ clock }) => clock ?? systemClock));
  const [clock = systemClock] = clocks;
  if (clocks.size > 1 || (wanted !== undefined && wanted !== clock)) {
    throw new TypeError("the members and the quorum must have the same clock object");
  }
  return clock;
}

function nameOf(name: unknown): string {
  if (name === undefined) return "quorum";
  if (typeof name !== "string" || name === "") {
    throw new TypeError("name must be a string that is not empty");
  }
  return name;
}

function memberNamesOf(
  members: readonly LockProvider[],
  names: readonly string[] | undefined,
): readonly string[] {
  if (names === undefined) return members.map(({ name }, index) => `${name} ${index + 1}`);
  if (!Array.isArray(names) || names.length !== members.length) {
    throw new TypeError(`memberNames must be an array of ${members.length} strings`);
  }
  return names.map(String);
}

function checkWhole(
  value: unknown,
  parameter: string,
  range: { readonly min: number; readonly max: number },
): asserts value is number {
  checkNumber(value, parameter, { ...range, unit: "milliseconds, whole," });
  if (!Number.isInteger(value)) throw new RangeError(`${parameter} must be whole, not ${value}`);
}

/** How long a member may take to answer: a share of the ttl, and enough for a busy one. */
export function memberTimeoutMs(settings: QuorumSettings, ttlMs: number): number {
  return settings.memberTimeoutMs ?? Math.max(50, ttlMs * 0.05);
}
