import type { Fleet } from "../agent/agent-host.ts";
import { jainIndex } from "../method/jain-index.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { type LocalReply, type LocalRequest, localWork } from "../work/local-work.ts";

/** Longest a slow lock may take to let its contenders through after the end of a slice. */
const DRAIN_MS_MAX = 30_000;

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
    new LocalProbe(await host.open(local, strategy, { processes: 1 }), strategy, params),
  work: (client, request: LocalRequest) => localWork(client, request),
};

/** A raw driver cannot wait, so it runs as one caller alone: the limit without local hand-off. */
function paramsFor(strategy: Strategy, variant: { readonly params: Params }): Params {
  return strategy.waits ? variant.params : { contenders: 1 };
}

class LocalProbe implements Probe {
  readonly #fleet: Fleet;
  readonly #strategy: Strategy;
  readonly #contenders: number;

  constructor(fleet: Fleet, strategy: Strategy, { contenders = 1 }: Params) {
    this.#fleet = fleet;
    this.#strategy = strategy;
    this.#contenders = contenders;
  }

  async warmUp(seconds: number): Promise<void> {
    const contend = (): Promise<LocalReply> => this.#contend(seconds);
    await contend();
    await this.#fleet.meter?.learn(contend);
  }

  async measure(seconds: number): Promise<Sample> {
    const { meter } = this.#fleet;
    if (meter === undefined) return this.#sampleOf(await this.#contend(seconds));
    const { value, cost } = await meter.measure(() => this.#contend(seconds));
    return {
      ...this.#sampleOf(value),
      commandsPerAcquisition: cost.commands / acquisitionsOf(value),
    };
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  async #contend(seconds: number): Promise<LocalReply> {
    const request: LocalRequest = {
      name: `bench:local:${this.#strategy.id}`,
      contenders: this.#contenders,
      seconds,
    };
    return (await this.#fleet.askOne(0, request, seconds * 1000 + DRAIN_MS_MAX)) as LocalReply;
  }

  /** One caller alone changes hands with nobody; for a limit that says nothing. */
  #sampleOf(reply: LocalReply): Sample {
    const seconds = reply.elapsedMs / 1000;
    const rate = acquisitionsOf(reply) / seconds;
    const { failureCount: failures, switchCount, turns } = reply;
    if (!this.#strategy.waits) return { acquisitionsPerSecond: rate, failures };
    return {
      acquisitionsPerSecond: rate,
      switchesPerSecond: switchCount / seconds,
      jain: jainIndex(turns),
      starved: turns.filter((count) => count === 0).length,
      failures,
    };
  }
}

function acquisitionsOf({ turns }: LocalReply): number {
  return turns.reduce((sum, count) => sum + count, 0);
}
