import { setTimeout as sleepMs } from "node:timers/promises";
import type { Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { LatencyHistogram } from "../work/latency-histogram.ts";
import { type TurnRequest, turnWork } from "../work/turn-work.ts";
import { Relay, type RelayLog } from "./relay.ts";

/** How long a warm queue is watched while nothing changes hands. */
const QUIET_MS = 1_000;

/** How soon a lock that one process gives back is another's, which has waited for it. */
export const handoff: Scenario = {
  id: "handoff",
  about: "release in one process until the grant in another that waits: latency, commands",
  usesServer: true,
  secondsDefault: 1,
  roundsDefault: 8,
  metrics: [
    { id: "handoffP50Ms", title: "hand-off\np50", kind: "ms", compared: true },
    { id: "handoffP99Ms", title: "hand-off\np99", kind: "ms", compared: true },
    { id: "releaseP50Ms", title: "release\np50", kind: "ms", compared: false },
    { id: "handoffOverRelease", title: "hand-off ÷\nrelease", kind: "index", compared: false },
    { id: "commandsPerHandoff", title: "com-\nmands", kind: "count", compared: false },
    {
      id: "quietCommandsPerSecond",
      title: "quiet\ncommands/s",
      kind: "count",
      compared: false,
    },
    { id: "handoffs", title: "hand-\noffs", kind: "count", compared: false },
    { id: "failures", title: "failed", kind: "count", compared: false },
  ],
  variants: [
    { title: "1 waiting process", params: { processes: 2 }, quick: true },
    { title: "3 waiting processes", params: { processes: 4 } },
  ],
  paramsFor: ({ waits, backend }, variant) =>
    waits && backend !== "process" ? variant.params : undefined,
  open: async (host, strategy, params) =>
    new HandoffProbe(
      await host.open(handoff, strategy, { processes: params["processes"] ?? 2 }),
      strategy,
      params,
    ),
  work: (client, request: TurnRequest) => turnWork(client, request),
};

class HandoffProbe implements Probe {
  readonly #fleet: Fleet;
  readonly #strategy: Strategy;
  readonly #processes: number;
  /** Of all processes together, known from the warm-up. */
  #quietCommandsPerSecond = 0;

  constructor(fleet: Fleet, strategy: Strategy, { processes = 2 }: Params) {
    this.#fleet = fleet;
    this.#strategy = strategy;
    this.#processes = processes;
  }

  async warmUp(seconds: number): Promise<void> {
    const { meter } = this.#fleet;
    const relay = this.#relay();
    const pass = async (): Promise<void> => {
      await relay.begin(this.#processes);
      await relay.passUntil(hostUs() + seconds * 1e6);
    };
    if (meter === undefined) await pass();
    else {
      await meter.learn(pass);
      const { cost } = await meter.measure(() => sleepMs(QUIET_MS));
      this.#quietCommandsPerSecond = (cost.commands / QUIET_MS) * 1000;
    }
    await relay.end();
  }

  async measure(seconds: number): Promise<Sample> {
    const { meter } = this.#fleet;
    const relay = this.#relay();
    await relay.begin(this.#processes);
    const startUs = hostUs();
    const pass = (): Promise<void> => relay.passUntil(startUs + seconds * 1e6);
    if (meter === undefined) {
      await pass();
      await relay.end();
      return sampleOf(relay.log);
    }
    const { cost } = await meter.measure(pass);
    await relay.end();
    const handoffs = relay.log.handoffsUs.length;
    return {
      ...(await sampleOf(relay.log)),
      // With heartbeats: a waiter that is soon served sends none, and to take off what it would have sent flatters.
      ...(handoffs === 0 ? {} : { commandsPerHandoff: cost.commands / handoffs }),
      quietCommandsPerSecond: this.#quietCommandsPerSecond,
    };
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  #relay(): Relay {
    return new Relay(this.#fleet, `bench:handoff:${this.#strategy.id}`);
  }
}

/** Where nothing was handed on there is no latency to tell. */
async function sampleOf({ handoffsUs, releasesUs, failureCount }: RelayLog): Promise<Sample> {
  const counts = { handoffs: handoffsUs.length, failures: failureCount };
  if (handoffsUs.length === 0) return counts;
  const handoffs = await histogramOf(handoffsUs);
  const releases = await histogramOf(releasesUs);
  return {
    handoffP50Ms: handoffs.percentileUs(50) / 1000,
    handoffP99Ms: handoffs.percentileUs(99) / 1000,
    releaseP50Ms: releases.percentileUs(50) / 1000,
    handoffOverRelease: handoffs.percentileUs(50) / releases.percentileUs(50),
    ...counts,
  };
}

async function histogramOf(latenciesUs: readonly number[]): Promise<LatencyHistogram> {
  const histogram = await LatencyHistogram.create();
  for (const latencyUs of latenciesUs) histogram.record(latencyUs);
  return histogram;
}
