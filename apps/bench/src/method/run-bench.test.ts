import { expect, test } from "vitest";
import { AgentHost } from "../agent/agent-host.ts";
import type { Probe, Scenario } from "../scenario.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { Servers } from "../server/servers.ts";
import { NO_ABILITIES, type Strategy } from "../strategy.ts";
import type { Outcome } from "./outcome.ts";
import { planItems } from "./plan.ts";
import { runBench } from "./run-bench.ts";

function strategy(id: string): Strategy {
  return {
    id,
    about: id,
    backend: "process",
    abilities: NO_ABILITIES,
    comparedWith: [],
    waits: true,
    open: () => Promise.reject(new Error("nothing is opened here")),
  };
}

/** Each strategy breaks in the step that it is named after. */
const brittle: Scenario = {
  id: "brittle",
  about: "",
  usesServer: false,
  secondsDefault: 0.01,
  roundsDefault: 2,
  metrics: [{ id: "m", title: "m", kind: "us", compared: false }],
  variants: [
    { title: "first", params: {} },
    { title: "second", params: {} },
  ],
  paramsFor: () => ({}),
  open: async (_host, { id }): Promise<Probe> => {
    const step = (name: string): void => {
      if (id === name) throw new Error(`broke in ${name}`);
    };
    step("open");
    return {
      warmUp: async () => step("warm-up"),
      measure: async () => {
        step("measure");
        return { m: 1 };
      },
      close: async () => step("close"),
    };
  },
};

test("what breaks, wherever it breaks, takes nobody else's results along", async () => {
  const strategies = ["open", "warm-up", "measure", "close", "none"].map(strategy);
  const pinning = CorePinning.find();
  const parts: Outcome[] = [];
  const outcome = await runBench(
    { items: planItems([brittle], strategies), seconds: undefined, rounds: undefined },
    {
      host: new AgentHost(pinning, await Servers.start([], pinning, () => {})),
      signal: new AbortController().signal,
      listener: { onVariant: () => {}, onSlice: () => {}, onSample: () => {} },
      onPart: (soFar) => parts.push(soFar),
    },
  );
  const whole = { strategy: "none", scenario: "brittle", values: { m: [1, 1] } };
  expect(outcome.results).toMatchObject([
    { ...whole, variant: "first" },
    { ...whole, variant: "second" },
  ]);
  const failed = outcome.gaps.filter(({ variant }) => variant === "second");
  expect(failed.map(({ strategy, kind, why }) => `${strategy} ${kind}: ${why}`)).toEqual([
    "open failed: broke in open",
    "warm-up failed: broke in warm-up",
    "measure failed: broke in measure",
    "close failed: at its end: broke in close",
  ]);
  expect(parts.map(({ results }) => results.length)).toEqual([1, 2]);
});
