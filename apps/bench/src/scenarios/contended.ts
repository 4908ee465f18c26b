import { ReplaceableFleet } from "../agent/replaceable-fleet.ts";
import type { Params, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { type ContenderRequest, contenderWork } from "../work/contender-work.ts";
import { ContenderProbe } from "./contender-probe.ts";

/** How a lock that everybody wants is shared: who gets it, how often it changes hands, how long they wait. */
export const contended: Scenario = {
  id: "contended",
  about: "one lock wanted by 4 processes × 16 contenders, held 1 ms: switches, fairness, waits",
  usesServer: true,
  secondsDefault: 1.5,
  roundsDefault: 8,
  metrics: [
    { id: "switchesPerSecond", title: "switches\n/s", kind: "per-second", compared: true },
    {
      id: "processSwitchesPerSecond",
      title: "… between\nprocesses",
      kind: "per-second",
      compared: false,
    },
    { id: "acquisitionsPerSecond", title: "acquired\n/s", kind: "per-second", compared: true },
    { id: "jain", title: "Jain", kind: "index", compared: false },
    { id: "starved", title: "starved", kind: "count", compared: false },
    { id: "waitP50Ms", title: "wait\np50", kind: "ms", compared: false, openIn: "waitP50Open" },
    { id: "waitP99Ms", title: "wait\np99", kind: "ms", compared: true, openIn: "waitP99Open" },
    { id: "failures", title: "failed", kind: "count", compared: false },
    { id: "overlaps", title: "over-\nlaps", kind: "count", compared: false },
    { id: "commandsPerAcquisition", title: "com-\nmands", kind: "count", compared: false },
  ],
  variants: [
    {
      title: "4 processes × 16 contenders, 1 ms hold",
      params: { processes: 4, contenders: 16, holdMs: 1 },
      quick: true,
    },
  ],
  paramsFor,
  open: async (host, strategy, params) =>
    new ContenderProbe(
      await ReplaceableFleet.open(() =>
        host.open(contended, strategy, { processes: params["processes"] ?? 1 }),
      ),
      strategy,
      params,
    ),
  work: (client, request: ContenderRequest) => contenderWork(client, request),
};

/**
 * A lock inside one process has all contenders there. A raw driver cannot wait, so it runs as one
 * caller alone: no sharing of the lock can be faster than that, which makes it the limit.
 */
function paramsFor(strategy: Strategy, variant: { readonly params: Params }): Params {
  const { processes = 1, contenders = 1 } = variant.params;
  if (!strategy.waits) return { ...variant.params, processes: 1, contenders: 1 };
  if (strategy.backend !== "process") return variant.params;
  return { ...variant.params, processes: 1, contenders: processes * contenders };
}
