import type { Fleet } from "../agent/agent-host.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import { type WaiterReply, type WaiterRequest, waiterWork } from "../work/waiter-work.ts";

/** Slowest hand-off worth waiting for, which bounds a round. */
const HANDOFF_MS_MAX = 0.2;
const WARM_UP_WAITERS_MAX = 10_000;

/** What a hand-off inside one process costs when very many wait, and whether that grows with them. */
export const waiters: Scenario = {
  id: "waiters",
  about:
    "10,000 and 100,000 waiters for one lock in one process: cost of queueing and per hand-off",
  usesServer: false,
  secondsDefault: 0.25,
  roundsDefault: 8,
  metrics: [
    { id: "handoffNs", title: "per hand-off", kind: "ns", compared: true },
    { id: "queueNs", title: "per waiter queued", kind: "ns", compared: true },
  ],
  variants: [
    { title: "10,000 waiters", params: { waiters: 10_000 } },
    { title: "100,000 waiters", params: { waiters: 100_000 }, roundsDefault: 5 },
  ],
  paramsFor: (strategy, variant) => (strategy.backend === "process" ? variant.params : undefined),
  open: async (host, strategy, params) =>
    new WaiterProbe(params, await host.open(waiters, strategy, { processes: 1 })),
  work: (client, request: WaiterRequest) => waiterWork(client, request),
};

class WaiterProbe implements Probe {
  readonly #waiters: number;
  readonly #fleet: Fleet;

  constructor(params: Params, fleet: Fleet) {
    this.#waiters = params["waiters"] ?? 1;
    this.#fleet = fleet;
  }

  /** A short queue compiles the same code as a long one, and some libraries take seconds for that. */
  async warmUp(seconds: number): Promise<void> {
    await this.#drain({ waiters: Math.min(this.#waiters, WARM_UP_WAITERS_MAX), seconds });
  }

  async measure(seconds: number): Promise<Sample> {
    const reply = await this.#drain({ waiters: this.#waiters, seconds });
    return {
      handoffNs: (reply.drainingMs * 1e6) / reply.waiterCount,
      queueNs: (reply.queueingMs * 1e6) / reply.waiterCount,
    };
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async #drain(request: WaiterRequest): Promise<WaiterReply> {
    const expectedMs = request.seconds * 1000 + request.waiters * HANDOFF_MS_MAX;
    const [reply] = await this.#fleet.ask([request], expectedMs);
    return reply as WaiterReply;
  }
}
