import type { ReplaceableFleet } from "../agent/replaceable-fleet.ts";
import { hostUs } from "../host-clock.ts";
import { acquisitionCount, contention, type Slice, turnCounts } from "../method/contention.ts";
import type { Details } from "../method/details.ts";
import type { Params, Probe, Sample } from "../scenario.ts";
import type { ServerMeter } from "../server/server-meter.ts";
import type { Strategy } from "../strategy.ts";
import type { ContenderReply, ContenderRequest } from "../work/contender-work.ts";

/** Head start of the request over the slice, so that every process begins at the same moment. */
const START_DELAY_US = 20_000;

/**
 * One caller alone changes hands with nobody, but a perfect queue would make each of its turns a
 * switch. Fairness and waits say nothing about it.
 */
function limitOf({ acquisitionsPerSecond = 0, failures = 0 }: Sample): Sample {
  return { switchesPerSecond: acquisitionsPerSecond, acquisitionsPerSecond, failures };
}

/** Slices in which all contenders of all processes want the same lock. */
export class ContenderProbe implements Probe {
  readonly #fleet: ReplaceableFleet;
  readonly #meter: ServerMeter | undefined;
  readonly #strategy: Strategy;
  readonly #params: Params;
  /** Of each contender, over all measured slices. */
  #turns: readonly number[] = [];

  constructor(fleet: ReplaceableFleet, strategy: Strategy, params: Params) {
    this.#fleet = fleet;
    this.#meter = fleet.now.meter;
    this.#strategy = strategy;
    this.#params = params;
  }

  async measure(seconds: number): Promise<Sample> {
    await this.#fleet.begin();
    if (this.#meter === undefined) return this.#sampleOf(await this.#contend(seconds));
    const { value, cost } = await this.#meter.measure(() => this.#contend(seconds));
    const sample = await this.#sampleOf(value);
    const acquisitions = acquisitionCount(value.replies);
    if (acquisitions === 0) return sample;
    return { ...sample, commandsPerAcquisition: cost.commands / acquisitions };
  }

  async warmUp(seconds: number): Promise<void> {
    await this.#fleet.begin();
    let slice: Slice | undefined;
    const contend = async (): Promise<void> => {
      slice = await this.#contend(seconds);
    };
    await (this.#meter === undefined ? contend() : this.#meter.learn(contend));
    if (slice !== undefined) await this.#endWaits(slice);
  }

  /** Who is alone has nobody to share with. */
  details(): Details {
    return this.#turns.length > 1 ? { turns: this.#turns } : {};
  }

  close(): Promise<void> {
    return this.#fleet.end();
  }

  async #contend(seconds: number): Promise<Slice> {
    const { processes = 1, contenders = 1, holdMs = 0 } = this.#params;
    const fromUs = hostUs() + START_DELAY_US;
    const untilUs = fromUs + seconds * 1e6;
    const name = `bench:${this.#strategy.id}:${this.#fleet.generation}`;
    const request: ContenderRequest = { name, contenders, holdMs, fromUs, untilUs };
    const requests = Array.from({ length: processes }, () => request);
    const replies = await this.#fleet.now.ask(requests, seconds * 1000);
    return { replies: replies as readonly ContenderReply[], seconds, contenders };
  }

  async #sampleOf(slice: Slice): Promise<Sample> {
    await this.#endWaits(slice);
    const sample = contention(slice);
    this.#turns = turnCounts(slice).map((turns, index) => turns + (this.#turns[index] ?? 0));
    return this.#strategy.waits ? sample : limitOf(sample);
  }

  /** Whoever still waits would go on while others are measured. */
  async #endWaits({ replies }: Slice): Promise<void> {
    if (replies.some(({ abandonedCount }) => abandonedCount > 0)) await this.#fleet.end();
  }
}
