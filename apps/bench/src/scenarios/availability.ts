import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { ServerFault, ServerUnderTest } from "../server/server-under-test.ts";
import { serverCountOf } from "../server/servers.ts";
import type { Strategy } from "../strategy.ts";
import { type AcquireReply, type AcquireRequest, acquireWork } from "../work/acquire-work.ts";

const ACQUIRES = 1_000;
/** A process of its own for each sample has its code to compile first. */
const WARM_UP_ACQUIRES = 2_000;
/** Slowest acquire worth waiting for, which bounds a sample. */
const ACQUIRE_MS_MAX = 50;

/** What a lock over several servers costs while as many of them are down as it tolerates. */
export const availability: Scenario = {
  id: "availability",
  about: "1,000 acquires of a free lock with a minority of its servers killed, and hung",
  usesServer: true,
  secondsDefault: 0,
  roundsDefault: 4,
  metrics: [
    { id: "succeededPercent", title: "succeeded\n%", kind: "count", compared: false },
    { id: "healthyP50Us", title: "p50\nhealthy", kind: "us", compared: false },
    { id: "p50Us", title: "p50", kind: "us", compared: false },
    { id: "p50Ratio", title: "p50 ÷\nhealthy", kind: "index", compared: false },
    { id: "healthyP99Us", title: "p99\nhealthy", kind: "us", compared: false },
    { id: "p99Us", title: "p99", kind: "us", compared: false },
    { id: "p99Ratio", title: "p99 ÷\nhealthy", kind: "index", compared: false },
  ],
  variants: [
    { title: "a minority killed", params: { killed: 1 } },
    { title: "a minority hung", params: { hung: 1 } },
  ],
  paramsFor,
  open: async (host, strategy, params) => new AvailabilityProbe(host, strategy, params),
  work: (client, request: AcquireRequest) => acquireWork(client, request),
};

/** As many servers as may fail; a single server may not. Raw drivers queue for a server that is down. */
function paramsFor(
  strategy: Strategy,
  { params }: { readonly params: Params },
): Params | undefined {
  const servers = serverCountOf(strategy);
  const minority = Math.floor((servers - 1) / 2);
  if (minority < 1 || !strategy.waits) return undefined;
  const [fault] = Object.keys(params);
  return { servers, [fault ?? ""]: minority };
}

class AvailabilityProbe implements Probe {
  readonly #host: AgentHost;
  readonly #strategy: Strategy;
  readonly #fault: ServerFault;
  /** Those that fail. */
  readonly #servers: readonly ServerUnderTest[];

  constructor(host: AgentHost, strategy: Strategy, { killed = 0, hung = 0 }: Params) {
    this.#host = host;
    this.#strategy = strategy;
    this.#fault = killed > 0 ? "killed" : "hung";
    this.#servers = host.servers.of(strategy).slice(0, killed + hung);
  }

  async warmUp(): Promise<void> {}

  /** In a process of its own, which knows nothing of the faults before. */
  async measure(): Promise<Sample> {
    const fleet = await this.#host.open(availability, this.#strategy, { processes: 1 });
    try {
      await acquire(fleet, WARM_UP_ACQUIRES);
      const healthy = await acquire(fleet, ACQUIRES);
      await Promise.all(this.#servers.map((server) => server.fail(this.#fault)));
      const { succeeded, p50Us, p99Us } = await acquire(fleet, ACQUIRES);
      return {
        succeededPercent: (succeeded / ACQUIRES) * 100,
        healthyP50Us: healthy.p50Us,
        p50Us,
        p50Ratio: p50Us / healthy.p50Us,
        healthyP99Us: healthy.p99Us,
        p99Us,
        p99Ratio: p99Us / healthy.p99Us,
      };
    } finally {
      await Promise.all(this.#servers.map((server) => server.heal()));
      await fleet.close();
    }
  }

  async close(): Promise<void> {}
}

async function acquire(fleet: Fleet, acquires: number): Promise<AcquireReply> {
  const request: AcquireRequest = { acquires };
  const [reply] = await fleet.ask([request], acquires * ACQUIRE_MS_MAX);
  return reply as AcquireReply;
}
