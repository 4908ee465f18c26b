import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import { spreadOf } from "../method/spread.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { type LossReply, type LossRequest, lossWork } from "../work/loss-work.ts";

/** Longest wait for a lock, or for the word that it is lost. */
const STEP_MS_MAX = 20_000;

/** How soon a holder knows that the server ended the session that its lock lived on. */
export const loss: Scenario = {
  id: "loss",
  about: "the server ends the holder's session: time until the holder is told",
  usesServer: true,
  destructive: true,
  secondsDefault: 0,
  roundsDefault: 8,
  metrics: [{ id: "toldMs", title: "ended →\ntold", kind: "ms", compared: false }],
  variants: [{ title: "session terminated", params: { losses: 9 } }],
  paramsFor: ({ backend, abilities }, { params }) =>
    backend === "postgres" && abilities.lossSignal ? params : undefined,
  open: async (host, strategy, params) => {
    const fleet = await host.open(loss, strategy, { processes: 1 });
    return new LossProbe(host, fleet, { strategy, params });
  },
  work: (client, request: LossRequest) => lossWork(client, request),
};

class LossProbe implements Probe {
  readonly #host: AgentHost;
  readonly #fleet: Fleet;
  readonly #strategy: Strategy;
  readonly #lossCount: number;

  constructor(
    host: AgentHost,
    fleet: Fleet,
    { strategy, params }: { readonly strategy: Strategy; readonly params: Params },
  ) {
    this.#host = host;
    this.#fleet = fleet;
    this.#strategy = strategy;
    this.#lossCount = params["losses"] ?? 0;
  }

  async warmUp(): Promise<void> {
    await this.#lose();
  }

  /** The median of some, each on a session of its own. */
  async measure(): Promise<Sample> {
    const values: number[] = [];
    for (let count = 0; count < this.#lossCount; count += 1) values.push(await this.#lose());
    return { toldMs: spreadOf(values).median };
  }

  close(): Promise<void> {
    return this.#fleet.close();
  }

  /** From the order to end it until the holder was told. */
  async #lose(): Promise<number> {
    const name = `bench:loss:${this.#strategy.id}`;
    await this.#ask({ step: "acquire", name, untilUs: hostUs() + STEP_MS_MAX * 1000 });
    const told = this.#ask({ step: "listen" });
    told.catch(() => {});
    let orderedUs = Number.NaN;
    for (const server of this.#host.servers.of(this.#strategy)) {
      orderedUs = (await server.endHolders?.()) ?? Number.NaN;
    }
    const { toldUs } = (await told) as LossReply;
    return (toldUs - orderedUs) / 1000;
  }

  #ask(request: LossRequest): Promise<object> {
    return this.#fleet.askOne(0, request, STEP_MS_MAX);
  }
}
