import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { ServerFault, ServerUnderTest } from "../server/server-under-test.ts";
import { serverCountOf } from "../server/servers.ts";
import type { Strategy } from "../strategy.ts";
import { type AcquireReply, type AcquireRequest, acquireWork } from "../work/acquire-work.ts";

const ACQUIRES = 1_000;
/** A process of its own for each sample has its code to compile first. */
const WARM_UP_ACQUIRES = 2_000;
/** Longest any of the three parts takes, and any acquire or release in it. */
const PART_MS_MAX = 10_000;
const EACH_MS_MAX = 5_000;

/** What a fault is called, in the report and in the parameters. */
interface FaultWords extends Pick<Scenario, "id" | "about"> {
  readonly fault: ServerFault;
}

/**
 * What a lock over several servers costs while as many of them fail as it tolerates. The fault comes
 * between two acquires of one process, so the time it takes to notice is in the figures.
 */
export function memberFault({ id, about, fault }: FaultWords): Scenario {
  const scenario: Scenario = {
    id,
    about,
    usesServer: true,
    destructive: true,
    secondsDefault: 0,
    roundsDefault: 4,
    metrics: [
      { id: "acquires", title: "acquires", kind: "count", compared: false },
      { id: "succeededPercent", title: "succeeded\n%", kind: "count", compared: false },
      { id: "healthyP50Us", title: "p50\nhealthy", kind: "us", compared: false },
      { id: "p50Us", title: "p50", kind: "us", compared: true },
      { id: "p50Ratio", title: "p50 ÷\nhealthy", kind: "index", compared: false },
      { id: "healthyP99Us", title: "p99\nhealthy", kind: "us", compared: false },
      { id: "p99Us", title: "p99", kind: "us", compared: true },
      { id: "p99Ratio", title: "p99 ÷\nhealthy", kind: "index", compared: false },
      { id: "maxUs", title: "slowest", kind: "us", compared: false },
    ],
    variants: [{ title: `a minority ${fault}`, params: {} }],
    paramsFor: (strategy) => paramsFor(strategy, fault),
    open: async (host, strategy, params) =>
      new MemberFaultProbe(host, scenario, { strategy, fault, failing: params[fault] ?? 0 }),
    work: (client, request: AcquireRequest) => acquireWork(client, request),
  };
  return scenario;
}

/** As many servers as may fail; a single server may not. Raw drivers queue for a server that is down. */
function paramsFor(strategy: Strategy, fault: ServerFault): Params | undefined {
  if (!strategy.abilities.quorum || !strategy.waits) return undefined;
  const servers = serverCountOf(strategy);
  return { servers, [fault]: Math.floor((servers - 1) / 2) };
}

interface Subject {
  readonly strategy: Strategy;
  readonly fault: ServerFault;
  /** How many of its servers fail. */
  readonly failing: number;
}

class MemberFaultProbe implements Probe {
  readonly #host: AgentHost;
  readonly #scenario: Scenario;
  readonly #subject: Subject;
  /** Those that fail. */
  readonly #servers: readonly ServerUnderTest[];

  constructor(host: AgentHost, scenario: Scenario, subject: Subject) {
    this.#host = host;
    this.#scenario = scenario;
    this.#subject = subject;
    this.#servers = host.servers.of(subject.strategy).slice(0, subject.failing);
  }

  async warmUp(): Promise<void> {}

  /** In a process of its own, which knows nothing of the faults before. */
  async measure(): Promise<Sample> {
    const { strategy, fault } = this.#subject;
    const fleet = await this.#host.open(this.#scenario, strategy, { processes: 1 });
    try {
      await acquire(fleet, WARM_UP_ACQUIRES);
      const healthy = await acquire(fleet, ACQUIRES);
      await Promise.all(this.#servers.map((server) => server.fail(fault)));
      return sampleOf(healthy, await acquire(fleet, ACQUIRES));
    } finally {
      await Promise.all(this.#servers.map((server) => server.heal()));
      await fleet.close();
    }
  }

  async close(): Promise<void> {}
}

async function acquire(fleet: Fleet, acquires: number): Promise<AcquireReply> {
  const request: AcquireRequest = {
    acquires,
    allMsMax: PART_MS_MAX,
    eachMsMax: EACH_MS_MAX,
  };
  return (await fleet.askOne(0, request, PART_MS_MAX)) as AcquireReply;
}

/** Where nothing succeeded there is no latency to tell. */
function sampleOf(
  healthy: AcquireReply,
  { attempted, succeeded, maxUs, p50Us, p99Us }: AcquireReply,
): Sample {
  const succeededPercent = (succeeded / attempted) * 100;
  const any = {
    acquires: attempted,
    succeededPercent,
    maxUs,
    healthyP50Us: healthy.p50Us,
    healthyP99Us: healthy.p99Us,
  };
  if (succeeded === 0) return any;
  return {
    ...any,
    p50Us,
    p50Ratio: p50Us / healthy.p50Us,
    p99Us,
    p99Ratio: p99Us / healthy.p99Us,
  };
}
