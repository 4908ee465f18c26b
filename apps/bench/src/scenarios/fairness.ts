import type { AgentHost } from "../agent/agent-host.ts";
import { ReplaceableFleet } from "../agent/replaceable-fleet.ts";
import type { Params, Probe, Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { type ContenderRequest, contenderWork } from "../work/contender-work.ts";
import { ContenderProbe } from "./contender-probe.ts";

const CROWD: Params = { processes: 4, contenders: 16, holdMs: 1 };

/** How evenly a lock that everybody wants is shared over a longer time, and what strict order changes. */
export const fairness: Scenario = {
  id: "fairness",
  about: "the crowd of `contended` for longer: turns of each contender, longest wait, longest run",
  usesServer: true,
  secondsDefault: 2,
  roundsDefault: 4,
  metrics: [
    { id: "acquisitionsPerSecond", title: "acquired\n/s", kind: "per-second", compared: true },
    { id: "turnsMin", title: "fewest\nturns", kind: "count", compared: false },
    { id: "turnsMax", title: "most\nturns", kind: "count", compared: false },
    { id: "jain", title: "Jain", kind: "index", compared: false },
    { id: "starved", title: "starved", kind: "count", compared: false },
    {
      id: "waitMaxMs",
      title: "longest\nwait",
      kind: "ms",
      compared: false,
      openIn: "waitMaxOpen",
    },
    { id: "processRunMax", title: "longest run\nof a process", kind: "count", compared: false },
    { id: "failures", title: "failed", kind: "count", compared: false },
  ],
  variants: [
    { title: "as it comes", params: CROWD },
    {
      title: "strict order, no hand-off inside a process",
      params: { ...CROWD, localHandoffMax: 0 },
    },
  ],
  paramsFor,
  open,
  work: (client, request: ContenderRequest) => contenderWork(client, request),
};

/** Strict order is only asked of who would otherwise do something else. */
function paramsFor(strategy: Strategy, { params }: Variant): Params | undefined {
  if (!strategy.waits || strategy.backend === "process") return undefined;
  return "localHandoffMax" in params && strategy.handsOffLocally !== true ? undefined : params;
}

async function open(host: AgentHost, strategy: Strategy, params: Params): Promise<Probe> {
  const { processes = 1, localHandoffMax } = params;
  const crew = localHandoffMax === undefined ? { processes } : { processes, localHandoffMax };
  const fleet = await ReplaceableFleet.open(() => host.open(fairness, strategy, crew));
  return new ContenderProbe(fleet, strategy, params);
}
