import { ReplaceableFleet } from "../agent/replaceable-fleet.ts";
import { jainIndex } from "../method/jain-index.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { ServerMeter } from "../server/server-meter.ts";
import type { Strategy } from "../strategy.ts";
import { type LocalReply, type LocalRequest, localWork } from "../work/local-work.ts";

/** How fast a lock goes round inside one process, where no other process wants it. */
export const local: Scenario = {
  id: "local",
  about: "one lock wanted by 16 contenders of one process, held 0 ms: rate, commands, fairness",
  usesServer: true,
  secondsDefault: 0.5,
  roundsDefault: 8,
  metrics: [
    { id: "acquisitionsPerSecond", title: "acquired\n/s", kind: "per-second", compared: true },
    { id: "switchesPerSecond", title: "switches\n/s", kind: "per-second", compared: true },
    { id: "commandsPerAcquisition", title: "com-\nmands", kind: "count", compared: false },
    { id: "jain", title: "Jain", kind: "index", compared: false },
    { id: "starved", title: "starved", kind: "count", compared: false },
    { id: "failures", title: "failed", kind: "count", compared: false },
  ],
  variants: [{ title: "1 process × 16 contenders, 0 ms hold", params: { contenders: 16 } }],
  paramsFor,
  open: async (host, strategy, params) =>
    new LocalProbe(
      await ReplaceableFleet.open(() => host.open(local, strategy, { processes: 1 })),
      strategy,
      params,
    ),
  work: (client, request: LocalRequest) => localWork(client, request),
};

/** A raw driver cannot wait, so it runs as one caller alone: the limit without local hand-off. */
function paramsFor(strategy: Strategy, variant: { readonly params: Params }): Params {
  return strategy.waits ? variant.params : { contenders: 1 };
}

class LocalProbe implements Probe {
  readonly #fleet: ReplaceableFleet;
  readonly #meter: ServerMeter | undefined;
  readonly #strategy: Strategy;
  readonly #contenders: number;

  constructor(fleet: ReplaceableFleet, strategy: Strategy, { contenders = 1 }: Params) {
    this.#fleet = fleet;
    this.#meter = fleet.now.meter;
    this.#strategy = strategy;
    this.#contenders = contenders;
  }

  async warmUp(seconds: number): Promise<void> {
    const contend = async (): Promise<void> => {
      await this.#fleet.begin();
      await this.#endWaits(await this.#contend(seconds));
    };
    await contend();
    await this.#meter?.learn(contend);
  }

  async measure(seconds: number): Promise<Sample> {
    await this.#fleet.begin();
    const contend = (): Promise<LocalReply> => this.#contend(seconds);
    const measured = await this.#meter?.measure(contend);
    const reply = measured?.value ?? (await contend());
    await this.#endWaits(reply);
    const sample = this.#sampleOf(reply, seconds);
    const acquisitions = turnsOf(reply) + reply.lateCount;
    if (measured === undefined || acquisitions === 0) return sample;
    return { ...sample, commandsPerAcquisition: measured.cost.commands / acquisitions };
  }

  close(): Promise<void> {
    return this.#fleet.end();
  }

  async #contend(seconds: number): Promise<LocalReply> {
    const request: LocalRequest = {
      name: `bench:local:${this.#strategy.id}:${this.#fleet.generation}`,
      contenders: this.#contenders,
      seconds,
    };
    return (await this.#fleet.now.askOne(0, request, seconds * 1000)) as LocalReply;
  }

  /** Whoever still waits would go on while others are measured. */
  async #endWaits({ abandonedCount }: LocalReply): Promise<void> {
    if (abandonedCount > 0) await this.#fleet.end();
  }

  /** One caller alone changes hands with nobody; for a limit that says nothing. */
  #sampleOf(reply: LocalReply, seconds: number): Sample {
    const { failureCount: failures, switchCount, turns } = reply;
    const acquisitionsPerSecond = turnsOf(reply) / seconds;
    if (!this.#strategy.waits) return { acquisitionsPerSecond, failures };
    return {
      acquisitionsPerSecond,
      switchesPerSecond: switchCount / seconds,
      jain: jainIndex(turns),
      starved: turns.filter((count) => count === 0).length,
      failures,
    };
  }
}

function turnsOf({ turns }: LocalReply): number {
  return turns.reduce((sum, count) => sum + count, 0);
}
