import { describe, expect, test } from "vitest";
import type { Gap, Inability, Outcome, Result } from "../method/outcome.ts";
import type { Scenario } from "../scenario.ts";
import { NO_ABILITIES, type Strategy } from "../strategy.ts";
import { type GateField, gatePlanItems } from "./gate-plan.ts";
import type { GateRow } from "./gate-row.ts";
import { judge } from "./judge.ts";
import type { Judgement } from "./judgement.ts";

function strategy(id: string, more: Partial<Strategy> = {}): Strategy {
  return {
    id,
    about: id,
    backend: "redis",
    abilities: NO_ABILITIES,
    comparedWith: [],
    waits: true,
    open: () => Promise.reject(new Error("nothing is opened here")),
    ...more,
  };
}

function scenario(id: string, ...titles: readonly string[]): Scenario {
  return {
    id,
    about: id,
    usesServer: true,
    secondsDefault: 1,
    roundsDefault: 1,
    metrics: [{ id: "m", title: "m", kind: "us", compared: true }],
    variants: titles.map((title) => ({ title, params: {} })),
    paramsFor: () => ({}),
    open: () => Promise.reject(new Error("nothing is opened here")),
  };
}

const own = strategy("own");
const raw = strategy("raw");
const slowPeer = strategy("slow-peer", { isPeer: true });
const fastPeer = strategy("fast-peer", { isPeer: true });
const peerOfFive = strategy("peer-of-five", { isPeer: true, servers: 5 });
const known = [own, raw, slowPeer, fastPeer, peerOfFive];
const all: GateField = {
  scenarios: [scenario("s", "small", "large"), scenario("t", "only")],
  chosen: known,
  known,
};

const row: GateRow = {
  id: "P1",
  text: "own: m",
  strategy: "own",
  scenario: "s",
  variant: "small",
  metric: "m",
  comparison: "at most",
  must: 1,
  needs: ["redis"],
};

function result(id: string, m: readonly (number | null)[], variant = "small"): Result {
  const place = { strategy: id, scenario: "s", variant };
  return { ...place, params: {}, metrics: {}, ratios: {}, values: { m } };
}

function judged(
  change: Partial<GateRow>,
  found: Partial<Outcome>,
  field: GateField = all,
): Judgement {
  const outcome: Outcome = { results: [], controls: [], cannot: [], gaps: [], ...found };
  const [judgement] = judge([{ ...row, ...change }], { ...outcome, field });
  if (judgement === undefined) throw new Error("a row was not judged");
  return judgement;
}

describe("what a row is divided by", () => {
  test("nothing: the metric itself is judged", () => {
    expect(judged({}, { results: [result("own", [0.5, 0.6])] })).toMatchObject({
      verdict: "holds",
      measured: { median: 0.55, rounds: 2 },
    });
  });

  test("another strategy, round by round; rounds without either half are left out", () => {
    const results = [result("own", [4, 40, 4, null]), result("raw", [2, 20, 0, 2])];
    expect(judged({ dividedBy: { strategy: "raw" }, must: 2 }, { results })).toMatchObject({
      verdict: "holds",
      divisor: "raw",
      measured: { median: 2, min: 2, max: 2, rounds: 2 },
    });
  });

  test("the best peer: the smallest for at most, the largest for at least", () => {
    const results = [
      result("own", [10]),
      result("slow-peer", [5]),
      result("fast-peer", [20]),
      result("peer-of-five", [1000]),
    ];
    const dividedBy = { peer: "best" } as const;
    expect(judged({ dividedBy }, { results })).toMatchObject({ divisor: "slow-peer" });
    expect(judged({ dividedBy, comparison: "at least" }, { results })).toMatchObject({
      divisor: "fast-peer",
      measured: { median: 0.5 },
      verdict: "misses",
    });
  });

  test("its own metric in another variant", () => {
    const results = [result("own", [10]), result("own", [30], "large")];
    const dividedBy = { metric: "m", variant: "small" };
    expect(judged({ variant: "large", dividedBy, must: 3 }, { results })).toMatchObject({
      verdict: "holds",
      measured: { median: 3 },
    });
  });
});

const gap: Gap = {
  strategy: "own",
  scenario: "s",
  variant: "small",
  kind: "absent",
  why: "no redis-server",
};
const inability: Inability = { strategy: "own", scenario: "s", variant: "small" };
const mine = [result("own", [1])];

describe("a row without a figure", () => {
  test.each<[string, Partial<GateRow>, Partial<Outcome>]>([
    ["there is no zookeeper yet", { strategy: "zookeeper" }, {}],
    ["scenario u was not chosen", { scenario: "u" }, {}],
    ['s has no variant "huge"', { variant: "huge" }, {}],
    ["own, which needs redis: no redis-server", {}, { gaps: [gap] }],
    ["own cannot do it", {}, { cannot: [inability] }],
    ["own cannot do it", {}, { cannot: [{ ...inability, metrics: ["m"] }] }],
    ["own has no m in this run", {}, {}],
    ["raw has no m in this run", { dividedBy: { strategy: "raw" } }, { results: mine }],
    ["no peer was measured in it", { dividedBy: { peer: "best" } }, { results: mine }],
    [
      "raw is 0 in every round",
      { dividedBy: { strategy: "raw" } },
      { results: [...mine, result("raw", [0])] },
    ],
  ])("is not measured: %s", (why, change, found) => {
    expect(judged(change, found)).toMatchObject({ verdict: "not measured", why });
  });

  test.each<[string, Partial<GateRow>, readonly Strategy[]]>([
    ["own was not chosen", {}, [raw]],
    ["no peer was chosen: add --peers", { dividedBy: { peer: "best" } }, [own, raw]],
    ["fast-peer takes part with --peers", { dividedBy: { strategy: "fast-peer" } }, [own]],
  ])("says what the command line left out: %s", (why, change, chosen) => {
    const field = { ...all, chosen };
    expect(judged(change, { results: mine }, field)).toMatchObject({
      verdict: "not measured",
      why,
    });
  });

  test("misses when its strategy broke off", () => {
    const gaps: readonly Gap[] = [{ ...gap, kind: "failed", why: "lost" }];
    expect(judged({}, { gaps })).toMatchObject({ verdict: "misses", why: "own broke off: lost" });
  });
});

describe("what a gate measures", () => {
  function plan(rows: readonly Partial<GateRow>[], chosen = known): readonly string[] {
    const wanted = rows.map((change) => ({ ...row, ...change }));
    return gatePlanItems(wanted, { ...all, chosen }).map(
      ({ scenario: { id }, variant: { title }, strategies }) =>
        `${id} ${title}: ${strategies.map((each) => each.id).join(" ")}`,
    );
  }

  test("is the row's own strategy and what it is divided by, where the row is", () => {
    expect(plan([{}])).toEqual(["s small: own"]);
    expect(plan([{ dividedBy: { peer: "best" } }])).toEqual(["s small: own slow-peer fast-peer"]);
    expect(plan([{ dividedBy: { metric: "m", variant: "large" } }])).toEqual([
      "s small: own",
      "s large: own",
    ]);
    expect(plan([{}, { scenario: "t", variant: "only" }])).toEqual(["s small: own", "t only: own"]);
  });

  test("has a yardstick that nobody chose, but no such peer", () => {
    expect(plan([{ dividedBy: { strategy: "raw" } }], [own])).toEqual(["s small: own raw"]);
    expect(plan([{ dividedBy: { strategy: "fast-peer" } }], [own])).toEqual(["s small: own"]);
  });

  test("is nothing for a strategy that was not chosen", () => {
    expect(plan([{}, { dividedBy: { strategy: "raw" } }], [raw])).toEqual([]);
  });
});
