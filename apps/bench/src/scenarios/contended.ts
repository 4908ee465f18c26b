import type { Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import { acquisitionCount, contention, type Slice } from "../method/contention.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { ServerMeter } from "../server/server-meter.ts";
import type { Strategy } from "../strategy.ts";
import {
  type ContenderReply,
  type ContenderRequest,
  contenderWork,
} from "../work/contender-work.ts";

/** Head start of the request over the slice, so that every process begins at the same moment. */
const START_DELAY_US = 20_000;

/** How a lock that everybody wants is shared: who gets it, how often it changes hands, how long they wait. */
export const contended: Scenario = {
  id: "contended",
  about: "one lock wanted by 4 processes × 16 contenders, held 1 ms: switches, fairness, waits",
  usesServer: true,
  quick: true,
  secondsDefault: 0.75,
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
    { id: "waitP50Ms", title: "wait\np50", kind: "ms", compared: false },
    { id: "waitP99Ms", title: "wait\np99", kind: "ms", compared: false },
    { id: "failures", title: "failed", kind: "count", compared: false },
    { id: "overlaps", title: "over-\nlaps", kind: "count", compared: false },
    { id: "commandsPerAcquisition", title: "com-\nmands", kind: "count", compared: false },
  ],
  variants: [
    {
      title: "4 processes × 16 contenders, 1 ms hold",
      params: { processes: 4, contenders: 16, holdMs: 1 },
    },
  ],
  paramsFor,
  open: async (host, strategy, params) =>
    new ContenderProbe(
      await host.open(contended, strategy, params["processes"] ?? 1),
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

/**
 * One caller alone changes hands with nobody, but a perfect queue would make each of its turns a
 * switch. Fairness and waits say nothing about it.
 */
function limitOf({ acquisitionsPerSecond = 0, failures = 0 }: Sample): Sample {
  return { switchesPerSecond: acquisitionsPerSecond, acquisitionsPerSecond, failures };
}

class ContenderProbe implements Probe {
  readonly #fleet: Fleet;
  readonly #meter: ServerMeter | undefined;
  readonly #strategy: Strategy;
  readonly #params: Params;

  constructor(fleet: Fleet, strategy: Strategy, params: Params) {
    this.#fleet = fleet;
    this.#meter = fleet.meter;
    this.#strategy = strategy;
    this.#params = params;
  }

  async measure(seconds: number): Promise<Sample> {
    if (this.#meter === undefined) return this.#sampleOf(await this.#contend(seconds));
    const { value, cost } = await this.#meter.measure(() => this.#contend(seconds));
    return {
      ...(await this.#sampleOf(value)),
      commandsPerAcquisition: cost.commands / acquisitionCount(value.replies),
    };
  }

  async warmUp(seconds: number): Promise<void> {
    const contend = (): Promise<Slice> => this.#contend(seconds);
    await (this.#meter === undefined ? contend() : this.#meter.learn(contend));
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async #contend(seconds: number): Promise<Slice> {
    const { processes = 1, contenders = 1, holdMs = 0 } = this.#params;
    const fromUs = hostUs() + START_DELAY_US;
    const untilUs = fromUs + seconds * 1e6;
    const name = `bench:${this.#strategy.id}`;
    const request: ContenderRequest = { name, contenders, holdMs, fromUs, untilUs };
    const requests = Array.from({ length: processes }, () => request);
    const replies = await this.#fleet.ask(requests, seconds * 1000);
    return { replies: replies as readonly ContenderReply[], seconds, contenders };
  }

  async #sampleOf(slice: Slice): Promise<Sample> {
    const sample = await contention(slice);
    return this.#strategy.waits ? sample : limitOf(sample);
  }
}
