import { expect, test } from "vitest";
import { scenarios } from "../scenarios.ts";
import { strategies } from "../strategies.ts";
import { GATING_ROUNDS_MIN } from "./doubt.ts";
import { gatePlanItems } from "./gate-plan.ts";
import type { GateRow } from "./gate-row.ts";
import { readGates } from "./read-gates.ts";

const rows = readGates();

function rowsThat(fail: (row: GateRow) => boolean): readonly string[] {
  return rows.filter(fail).map(({ id }) => id);
}

test("the gates hold every target, P1 to P17", () => {
  const numbers = new Set(rows.map(({ id }) => Number(/^P(\d+)/.exec(id)?.[1])));
  expect([...numbers].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 17 }, (_, index) => index + 1),
  );
});

test("every strategy of a row exists", () => {
  const known = strategies.map(({ id }) => id);
  expect(rowsThat(({ strategy }) => !known.includes(strategy))).toEqual([]);
  expect(
    rowsThat(
      ({ dividedBy }) =>
        dividedBy !== undefined && "strategy" in dividedBy && !known.includes(dividedBy.strategy),
    ),
  ).toEqual([]);
});

test("every scenario, variant and metric of a row exists", () => {
  const scenarioOf = (row: GateRow) => scenarios.find(({ id }) => id === row.scenario);
  const variantsOf = (row: GateRow) => scenarioOf(row)?.variants.map(({ title }) => title) ?? [];
  const metricsOf = (row: GateRow) => scenarioOf(row)?.metrics.map(({ id }) => id) ?? [];
  expect(rowsThat((row) => !variantsOf(row).includes(row.variant))).toEqual([]);
  expect(rowsThat((row) => !metricsOf(row).includes(row.metric))).toEqual([]);
  expect(
    rowsThat(({ dividedBy, ...row }) => {
      if (dividedBy === undefined || !("metric" in dividedBy)) return false;
      const variant = dividedBy.variant ?? row.variant;
      return !(variantsOf(row).includes(variant) && metricsOf(row).includes(dividedBy.metric));
    }),
  ).toEqual([]);
});

test("every row's variant has enough rounds to conclude from, or one", () => {
  const few = rowsThat(({ scenario, variant }) => {
    const asked = scenarios.find(({ id }) => id === scenario);
    const own = asked?.variants.find(({ title }) => title === variant)?.roundsDefault;
    const rounds = own ?? asked?.roundsDefault ?? 0;
    return rounds !== 1 && rounds < GATING_ROUNDS_MIN;
  });
  expect(few).toEqual([]);
});

test("a row names the servers of its strategy, and only those", () => {
  expect(
    rowsThat(({ strategy, needs }) => {
      const backend = strategies.find(({ id }) => id === strategy)?.backend;
      if (backend === undefined) return needs.length !== 1;
      return backend === "process" ? needs.length > 0 : needs.join() !== backend;
    }),
  ).toEqual([]);
});

test("a gate run has every fault in it, with and without rows", () => {
  const chosen = strategies.filter(({ isPeer }) => isPeer !== true);
  const planned = gatePlanItems(rows, { scenarios, chosen, known: strategies });
  const faults = ["crash", "pause", "loss", "member-down", "member-hung"];
  expect(planned.map(({ scenario }) => scenario.id)).toEqual(expect.arrayContaining(faults));
});
