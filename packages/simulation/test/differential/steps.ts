import {
  type Arbitrary,
  array,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
} from "fast-check";

/** One thing that somebody does to a server. What is relative is made absolute when it is done. */
export type Step =
  | { readonly kind: "acquire" | "acquireUnfenced"; readonly claim: Claim }
  | { readonly kind: "joinQueue"; readonly claim: Claim; readonly waiting: Waiting }
  | { readonly kind: "heartbeat"; readonly claims: readonly Claim[]; readonly life: Life }
  | { readonly kind: "acquireAsMember"; readonly claim: Claim; readonly ballot: Ballot }
  | { readonly kind: "join"; readonly joining: Joining }
  | { readonly kind: "release" | "releaseInDoubt"; readonly claim: Claim }
  | { readonly kind: "renew"; readonly claims: readonly Claim[] }
  | { readonly kind: "renewAndRaise"; readonly raises: readonly Raise[] }
  | { readonly kind: "batch"; readonly parts: readonly Part[] }
  | { readonly kind: "inspect"; readonly name: string }
  | { readonly kind: "break"; readonly name: string; readonly incarnation: Incarnation }
  | { readonly kind: "setFence"; readonly fence: string; readonly value: Counter }
  | {
      readonly kind: "setLock";
      readonly name: string;
      readonly value: string;
      readonly ttlMs?: number;
    }
  | { readonly kind: "setMarker"; readonly value: string }
  | { readonly kind: "makeForeign" | "delete"; readonly key: string }
  | { readonly kind: "flushScripts" | "flushAll" }
  | { readonly kind: "tick"; readonly byUs: number };

/** What can go out with others. */
interface Part {
  readonly kind: "acquire" | "acquireUnfenced" | "release";
  readonly claim: Claim;
}

export interface Claim {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly description: string;
}

/** Of one who joins a queue. */
interface Waiting {
  readonly claimMs: number;
  readonly inbox: string;
  readonly life: Life;
}

export interface Life {
  readonly liveMs: number;
  readonly keepMs: number;
}

interface Ballot {
  /** From the server's clock; undefined for none. */
  readonly proposalUs?: number | undefined;
  /** Undefined restores. */
  readonly slackUs: number | undefined;
  readonly fenceTtlMs: number;
  readonly marker: "last" | "other";
}

interface Joining {
  readonly fingerprint: string;
  readonly guardUs: number;
  readonly fenceTtlMs: number;
  readonly known: "none" | "last" | "first" | "strange";
  readonly runId: string;
}

interface Raise {
  readonly claim: Claim;
  readonly raiseTo: Counter;
  readonly fenceTtlMs: number;
}

type Incarnation = "any" | "last" | "nobody";

/** A token: of its own, or so far from the server's clock. */
export type Counter = { readonly text: string } | { readonly fromNowUs: number };

const NAMES: readonly string[] = ["a", "b"];
/** One begins as another does, and one holds what patterns could take for their own. */
const HOLDERS: readonly string[] = ["h1", "h1x", "h-2_%d"];

/** Far apart, so that no ttl is taken for another within the tolerance of expiry. */
const ttlMs = constantFrom(200_000, 2_000_000, 20_000_000);
const name = constantFrom(...NAMES);
const description = constantFrom("", "worker 7", "a:b:1234567890123:c", "zweite\nZeile ü");
const claim: Arbitrary<Claim> = record({
  name,
  holder: constantFrom(...HOLDERS),
  ttlMs,
  description,
});
const fromNowUs = constantFrom(
  -3_600e6,
  -1_000_001,
  -1_000_000,
  -1,
  0,
  1,
  1_000_000,
  1_000_001,
  3_600e6,
);
const largest = Number.MAX_SAFE_INTEGER;
const counter: Arbitrary<Counter> = oneof(
  record({ fromNowUs }),
  record({
    text: constantFrom("0", "1", "41", ...[2, 1, 0].map((less) => String(largest - less))),
  }),
);
const key = constantFrom(
  ...NAMES.flatMap((each) => [
    `{${each}}`,
    `{${each}}:f`,
    `{${each}}:q`,
    `{${each}}:w`,
    ...HOLDERS.map((of) => `{${each}}:t:${of}`),
  ]),
  "fence",
  "member",
);

const ownClaiming = record({ kind: constantFrom("acquire", "acquireUnfenced"), claim });
const votingClaim = record({
  kind: constant("acquireAsMember"),
  claim,
  ballot: record({
    proposalUs: option(fromNowUs, { nil: undefined }),
    slackUs: constantFrom(0, 1_000_000, undefined),
    fenceTtlMs: ttlMs,
    marker: constantFrom("last", "last", "last", "other"),
  }),
});
const claiming: Arbitrary<Step> = oneof(ownClaiming, votingClaim);
const releasing = record({ kind: constant("release"), claim });
/** An item that fails leaves its operands behind, so others come after it. */
const together: Arbitrary<Step> = record({
  kind: constant("batch"),
  parts: array(oneof({ weight: 3, arbitrary: ownClaiming }, { weight: 2, arbitrary: releasing }), {
    minLength: 1,
    maxLength: 6,
  }),
});
/** Also a life that has ended before the next step: that of a waiter who died. */
const life = record({ liveMs: constantFrom(0, 500_000), keepMs: ttlMs });
const waiting: Arbitrary<Step> = oneof(
  {
    weight: 2,
    arbitrary: record({
      kind: constant("joinQueue"),
      claim,
      waiting: record({ claimMs: ttlMs, inbox: constantFrom("in:1", "in: 2"), life }),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      kind: constant("heartbeat"),
      claims: array(claim, { minLength: 1, maxLength: 3 }),
      life,
    }),
  },
);
const joining: Arbitrary<Step> = record({
  kind: constant("join"),
  joining: record({
    fingerprint: constantFrom("3:60000", "3:60000", "3:60000", "5:60000"),
    guardUs: constantFrom(0, 60_000_000),
    fenceTtlMs: ttlMs,
    known: constantFrom("none", "last", "first", "strange"),
    runId: constantFrom("r1", "r1", "r1", "r2"),
  }),
});
const keeping: Arbitrary<Step> = oneof(
  record({ kind: constant("renew"), claims: array(claim, { minLength: 1, maxLength: 3 }) }),
  record({
    kind: constant("renewAndRaise"),
    raises: array(record({ claim, raiseTo: counter, fenceTtlMs: oneof(constant(0), ttlMs) }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
);
const ending: Arbitrary<Step> = oneof(
  releasing,
  record({ kind: constant("releaseInDoubt"), claim }),
  // As when its ttl ends.
  record({ kind: constant("delete"), key: name.map((each) => `{${each}}`) }),
  record({ kind: constant("break"), name, incarnation: constantFrom("any", "last", "nobody") }),
);
const looking: Arbitrary<Step> = record({ kind: constant("inspect"), name });
const disturbing: Arbitrary<Step> = oneof(
  record({ kind: constant("setFence"), fence: constantFrom("fence", "{a}:f"), value: counter }),
  record(
    {
      kind: constant("setLock"),
      name,
      value: constantFrom("foreign", "h1", "h1:", "h1:7:0000000000001:", "x:y:12:z", ""),
      ttlMs,
    },
    { requiredKeys: ["kind", "name", "value"] },
  ),
  record({
    kind: constant("setMarker"),
    value: constantFrom("garbage", "3:60000:5", "3:60000:5:6"),
  }),
  record({
    kind: constant("makeForeign"),
    key: constantFrom("{a}", "{b}", "{a}:f", "{a}:q", "{b}:w", "fence", "member"),
  }),
  record({ kind: constant("delete"), key }),
  record({ kind: constantFrom("flushScripts", "flushScripts", "flushScripts", "flushAll") }),
  record({ kind: constant("tick"), byUs: integer({ min: -300_000, max: 600_000 }) }),
);

/** What some clients, an operator and the clock do to one server. */
export const steps: Arbitrary<readonly Step[]> = array(
  oneof(
    { weight: 5, arbitrary: claiming },
    { weight: 5, arbitrary: waiting },
    { weight: 3, arbitrary: together },
    { weight: 1, arbitrary: joining },
    { weight: 3, arbitrary: keeping },
    { weight: 3, arbitrary: ending },
    { weight: 1, arbitrary: looking },
    { weight: 3, arbitrary: disturbing },
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);
