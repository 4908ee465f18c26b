import { describe, expect, test } from "vitest";
import type { Gap, Inability, Outcome, Result } from "../method/outcome.ts";
import type { Scenario } from "../scenario.ts";
import { NO_ABILITIES, type Strategy } from "../strategy.ts";
import { type GateField, gatePlanItems } from "./gate-plan.ts";
import type { GateRow } from "./gate-row.ts";
import { judge } from "./judge.ts";
import { isShut, type Judgement } from "./judgement.ts";

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
    roundsDefault: 8,
    metrics: [{ id: "m", title: "m", kind: "us", compared: true, openIn: "mOpen" }],
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
    expect(judged({}, { results: [result("own", [0.5, 0.6, 0.5, 0.6, 0.5, 0.6])] })).toMatchObject({
      verdict: "holds",
      measured: { median: 0.55, rounds: 6 },
    });
  });

  test("another strategy, round by round", () => {
    const results = [result("own", [4, 40, 4, 6, 2]), result("raw", [2, 20, 2, 3, 1])];
    expect(judged({ dividedBy: { strategy: "raw" }, must: 2 }, { results })).toMatchObject({
      verdict: "holds",
      divisor: "raw",
      measured: { median: 2, min: 2, max: 2, rounds: 5 },
    });
  });

  test("the best peer: the smallest for at most, the largest for at least", () => {
    const results = [
      result("own", rounds(10)),
      result("slow-peer", rounds(5)),
      result("fast-peer", rounds(20)),
      result("peer-of-five", rounds(1000)),
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
    const results = [result("own", rounds(10)), result("own", rounds(30), "large")];
    const dividedBy = { metric: "m", variant: "small" };
    expect(judged({ variant: "large", dividedBy, must: 3 }, { results })).toMatchObject({
      verdict: "holds",
      measured: { median: 3 },
    });
  });
});

/** As many equal rounds as a verdict takes. */
function rounds(value: number): readonly number[] {
  return Array<number>(8).fill(value);
}

const gap: Gap = {
  strategy: "own",
  scenario: "s",
  variant: "small",
  kind: "absent",
  why: "no redis-server",
};
const inability: Inability = { strategy: "own", scenario: "s", variant: "small" };
const mine = [result("own", rounds(1))];

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
      "raw has a round of 0 or less to divide by: too little to measure",
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

describe("no false hold", () => {
  const byRaw = { dividedBy: { strategy: "raw" } } as const;
  const byBest = { comparison: "at least", dividedBy: { peer: "best" } } as const;
  const raw1 = result("raw", rounds(1));

  test.each([-0.1, 0])("a round of %d is nothing to divide by", (value) => {
    const results = [result("own", rounds(5)), result("raw", [1, 1, 1, value, 1, 1])];
    expect(judged(byRaw, { results })).toMatchObject({ verdict: "not measured" });
  });

  test.each([{}, byRaw])("a figure below 0 is not measured: %j", (change) => {
    const results = [result("own", [0.1, 0.1, -0.2, 0.1, 0.1]), raw1];
    expect(judged(change, { results })).toEqual({
      row: { ...row, ...change },
      verdict: "not measured",
      why: "own has a m below 0: too little to measure",
    });
  });

  test("a peer that broke off might have been the best: it is named, and the row holds not", () => {
    const gaps: readonly Gap[] = [{ ...gap, strategy: "fast-peer", kind: "failed", why: "lost" }];
    const against = (own: number): Judgement =>
      judged(byBest, {
        results: [result("own", rounds(own)), result("slow-peer", rounds(5))],
        gaps,
      });
    const named = { divisor: "slow-peer", why: "fast-peer broke off: lost" };
    expect(against(400)).toMatchObject({ ...named, verdict: "not measured" });
    expect(against(1)).toMatchObject({ ...named, verdict: "misses" });
  });

  test("nor does it with a peer that has no figure, unless that one cannot do it", () => {
    const results = [result("own", rounds(400)), result("slow-peer", rounds(5))];
    expect(judged(byBest, { results })).toMatchObject({
      verdict: "not measured",
      why: "fast-peer has no m in this run",
    });
    const cannot: readonly Inability[] = [{ ...inability, strategy: "fast-peer" }];
    expect(judged(byBest, { results, cannot })).toMatchObject({ verdict: "holds" });
  });

  test.each<[string, readonly (number | null)[]]>([
    ["4 rounds, and 5 are needed to conclude", [0.1, 0.1, 0.1, 0.1]],
    ["7 of 8 rounds have no figure", [0.1, ...Array<null>(7).fill(null)]],
    ["1 of 8 rounds have no figure", [...Array<number>(7).fill(0.1), null]],
  ])("%s: too noisy", (why, values) => {
    expect(judged({}, { results: [result("own", values)] })).toMatchObject({
      verdict: "too noisy",
      why,
    });
    const results = [result("own", rounds(0.1)), result("raw", values)];
    expect(judged({ ...byRaw, must: 9 }, { results }).verdict).toBe("too noisy");
  });

  test("an exact value is refuted by one round, and not held up by four", () => {
    const exact = (values: readonly number[]): Judgement =>
      judged({ comparison: "exactly" }, { results: [result("own", values)] });
    expect(exact([1, 1, 2]).verdict).toBe("misses");
    expect(exact([1, 1, 1, 1]).verdict).toBe("too noisy");
    expect(exact([1, 1, 1, 1, 1]).verdict).toBe("holds");
  });

  test("a scenario of one round is taken at its word, and the row says so", () => {
    const once = { ...scenario("s", "small"), roundsDefault: 1 };
    const results = [result("own", [0.5])];
    const field = { ...all, scenarios: [once] };
    expect(judged({}, { results }, field)).toMatchObject({ verdict: "holds", atItsWord: true });
    expect(judged({}, { results: mine })).not.toHaveProperty("atItsWord");
  });

  /** Of which the first rounds are only the least that they can be. */
  function open(id: string, m: readonly number[], openCount: number): Result {
    const mOpen = m.map((_, round) => Number(round < openCount));
    return { ...result(id, m), values: { m, mOpen } };
  }

  test.each([
    { of: 0.5, openCount: 0, verdict: "holds", bound: undefined },
    { of: 0.5, openCount: 1, verdict: "holds", bound: "at least" },
    { of: 0.5, openCount: 4, verdict: "too noisy", bound: "at least" },
    { of: 3, openCount: 8, verdict: "misses", bound: "at least" },
  ])("a wait of $of, cut short in $openCount of 8 rounds, $verdict", (wait) => {
    const judgement = judged({}, { results: [open("own", rounds(wait.of), wait.openCount)] });
    expect(judgement.verdict).toBe(wait.verdict);
    expect(judgement.bound).toBe(wait.bound);
  });

  test.each([
    { own: 1, raw: 4, isOpen: [false, true], verdict: "holds", bound: "at most" },
    { own: 4, raw: 1, isOpen: [false, true], verdict: "too noisy", bound: "at most" },
    { own: 1, raw: 4, isOpen: [true, false], verdict: "too noisy", bound: "at least" },
    { own: 4, raw: 1, isOpen: [true, false], verdict: "misses", bound: "at least" },
    { own: 1, raw: 4, isOpen: [true, true], verdict: "too noisy", bound: undefined },
  ])("$own ÷ $raw with waits cut short in $isOpen: $verdict", (ratio) => {
    const [own, raw] = ratio.isOpen.map((isOpen) => (isOpen ? 8 : 0));
    const results = [
      open("own", rounds(ratio.own), own ?? 0),
      open("raw", rounds(ratio.raw), raw ?? 0),
    ];
    const judgement = judged(byRaw, { results });
    expect(judgement.verdict).toBe(ratio.verdict);
    expect(judgement.bound).toBe(ratio.bound);
    if (ratio.verdict === "too noisy") expect(judgement.why).toContain("cut waits short");
  });

  test("no number stands where both sides were cut short, nor a stretch that is only a bound", () => {
    const results = [open("own", rounds(1), 8), open("raw", rounds(4), 8)];
    expect(judged(byRaw, { results })).not.toHaveProperty("measured");
    const own = [open("own", rounds(0.5), 1)];
    expect(judged({ stretch: 0.6 }, { results: own }).stretchReached).toBe(true);
    expect(judged({ stretch: 0.6, must: 9 }, { results: [open("own", rounds(0.5), 4)] })).toEqual(
      expect.not.objectContaining({ stretchReached: true }),
    );
  });

  test("where the control is too noisy in the metric, no ratio of it is judged", () => {
    const results = [result("own", rounds(0.1)), raw1];
    const control = (tooNoisy: readonly string[], variant = "small"): Partial<Outcome> => ({
      results,
      controls: [{ strategy: "raw", scenario: "s", variant, ratios: {}, tooNoisy }],
    });
    expect(judged(byRaw, control(["m"]))).toMatchObject({
      verdict: "too noisy",
      why: "raw divided by itself is too noisy in m (small)",
    });
    expect(judged(byRaw, control(["other"])).verdict).toBe("holds");
    expect(judged(byRaw, control(["m"], "large")).verdict).toBe("holds");
    expect(judged({}, control(["m"])).verdict).toBe("holds");
  });
});

describe("the gate", () => {
  const held = judged({}, { results: mine });
  const unmeasured = judged({}, {});

  test("is shut when a row fails or nothing was measured", () => {
    expect(isShut([held, unmeasured])).toBe(false);
    expect(isShut([unmeasured, unmeasured])).toBe(true);
    expect(isShut([held, judged({}, { results: [result("own", rounds(9))] })])).toBe(true);
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

  test("shows every chosen peer and its yardstick at one caller, beside what rows ask for", () => {
    const peer = strategy("peer", { isPeer: true, comparedWith: ["raw"] });
    const third = strategy("third", { comparedWith: ["raw"] });
    const elsewhere = strategy("elsewhere", { isPeer: true, backend: "etcd" });
    const field: GateField = {
      scenarios: [
        scenario("uncontended", "1 caller", "64 callers"),
        scenario("contended", "4 processes × 16 contenders, 1 ms hold"),
      ],
      chosen: [own, peer, third, elsewhere],
      known: [own, raw, peer, third, elsewhere, fastPeer],
    };
    const rows = field.scenarios.flatMap(({ id, variants }) =>
      variants.map(({ title }) => ({ ...row, scenario: id, variant: title })),
    );
    expect(
      gatePlanItems(rows, field).map(({ strategies: entrants }) => entrants.map(({ id }) => id)),
    ).toEqual([["own", "raw", "peer", "third"], ["own"], ["own", "third"]]);
    expect(gatePlanItems([], field)).toEqual([]);
  });

  test("is nothing for a strategy that was not chosen", () => {
    expect(plan([{}, { dividedBy: { strategy: "raw" } }], [raw])).toEqual([]);
  });
});
