import type { Fleet } from "../agent/agent-host.ts";
import type { Details } from "../method/details.ts";
import { medianOf } from "../method/spread.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { ServerMeter } from "../server/server-meter.ts";
import {
  type CycleReply,
  type CycleRequest,
  cycleWork,
  LATENCY_PERCENTS,
  strideFor,
} from "../work/cycle-work.ts";

/** So often code has to run until none of it is interpreted any more, or compiled meanwhile. */
const WARM_UP_CYCLES_MIN = 5_000;
/** Slices added to the warm-up at most, for each that is measured, where it is too slow for that. */
const WARM_UP_EXTRA_PER_ROUND = 2;

/** What a lock costs when nobody else wants it: acquire and release, one name per caller. */
export const uncontended: Scenario = {
  id: "uncontended",
  about:
    "acquire and release of a free lock: latency, throughput, CPU, commands (1 and 64 callers)",
  usesServer: true,
  secondsDefault: 0.25,
  roundsDefault: 8,
  metrics: [
    { id: "p50Us", title: "p50", kind: "us", compared: true },
    { id: "p99Us", title: "p99", kind: "us", compared: false },
    { id: "cycleUs", title: "mean\ncycle", kind: "us", compared: true },
    { id: "cyclesPerSecond", title: "cycles/s", kind: "per-second", compared: true },
    { id: "clientCpuUsPerCycle", title: "client\nCPU", kind: "us", compared: true },
    { id: "serverCpuUsPerCycle", title: "server\nCPU", kind: "us", compared: true },
    { id: "commandsPerCycle", title: "com-\nmands", kind: "count", compared: false },
  ],
  variants: [
    { title: "1 caller", params: { callers: 1 }, quick: true },
    { title: "64 callers", params: { callers: 64 } },
  ],
  paramsFor: (_strategy, variant) => variant.params,
  open: async (host, strategy, params) =>
    new CycleProbe(await host.open(uncontended, strategy, { processes: 1 }), params),
  work: (client, request: CycleRequest) => cycleWork(client, request),
};

class CycleProbe implements Probe {
  readonly #meter: ServerMeter | undefined;
  readonly #fleet: Fleet;
  readonly #callers: number;
  /** Known from the slice before; the warm-up is the first. */
  #stride = 1;
  /** Of each measured slice. */
  readonly #latencies: (readonly number[])[] = [];

  constructor(fleet: Fleet, { callers = 1 }: Params) {
    this.#meter = fleet.meter;
    this.#fleet = fleet;
    this.#callers = callers;
  }

  async measure(seconds: number): Promise<Sample> {
    const cycle = (): Promise<CycleReply> => this.#cycle(seconds);
    const measured = await this.#meter?.measure(cycle);
    const reply = measured?.value ?? (await cycle());
    this.#latencies.push(reply.latencyUs);
    if (measured === undefined) return this.#sampleOf(reply);
    return {
      ...this.#sampleOf(reply),
      serverCpuUsPerCycle: measured.cost.cpuUs / reply.cycles,
      commandsPerCycle: measured.cost.commands / reply.cycles,
    };
  }

  async warmUp(seconds: number, rounds: number): Promise<void> {
    const extraMax = WARM_UP_EXTRA_PER_ROUND * rounds;
    const cycle = (): Promise<CycleReply> => this.#cycle(seconds);
    let { cycles } = await cycle();
    for (let extra = 0; cycles < WARM_UP_CYCLES_MIN && extra < extraMax; extra += 1) {
      cycles += (await cycle()).cycles;
    }
    await this.#meter?.learn(cycle);
  }

  details(): Details {
    const us = LATENCY_PERCENTS.map((_, index) =>
      medianOf(this.#latencies.map((slice) => slice[index] ?? 0)),
    );
    return { latency: { percents: LATENCY_PERCENTS, us } };
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async #cycle(seconds: number): Promise<CycleReply> {
    const request: CycleRequest = { callers: this.#callers, seconds, stride: this.#stride };
    const [reply] = (await this.#fleet.ask([request], seconds * 1000)) as [CycleReply];
    this.#stride = strideFor(reply.elapsedUs / reply.cycles);
    return reply;
  }

  #sampleOf({ cycles, elapsedUs, cpuUs, p50Us, p99Us }: CycleReply): Sample {
    return {
      p50Us,
      p99Us,
      cycleUs: (elapsedUs * this.#callers) / cycles,
      cyclesPerSecond: (cycles / elapsedUs) * 1e6,
      clientCpuUsPerCycle: cpuUs / cycles,
    };
  }
}
