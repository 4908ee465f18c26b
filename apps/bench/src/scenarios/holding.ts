import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import {
  type FreeReply,
  type HoldingRequest,
  type HoldReply,
  holdingWork,
  type IntrudeReply,
  namesOf,
  type WatchReply,
} from "../work/holding-work.ts";

/** The ttl that a slice is as long as its seconds say for. At a longer one there is as much less to see. */
const TTL_MS_BASE = 3_000;
const REHEARSE_TTL_MS = 1_000;
const IDLE_MS_MAX = 2_000;
/** Longest an agent may take for a step over all leases, beside the time it is told to watch. */
const STEP_MS_MAX = 60_000;
/** Of the leases, how many another process tries to take in the end, and for how long. */
const INTRUDED = 20;
const INTRUDE_MS = 500;
const HOLDER = 0;
const INTRUDER = 1;

/** What it costs to have very many leases and keep them. */
export const holding: Scenario = {
  id: "holding",
  about: "1,000 and 10,000 leases held in one process: commands, CPU above idle, memory, losses",
  usesServer: true,
  secondsDefault: 5,
  roundsDefault: 1,
  metrics: [
    {
      id: "commandsPerSecond",
      title: "com-\nmands/s",
      kind: "count",
      compared: false,
      needs: "renewal",
    },
    {
      id: "cpuPercent",
      title: "CPU above\nidle %",
      kind: "count",
      compared: false,
      needs: "renewal",
    },
    { id: "idleCpuPercent", title: "CPU\nidle %", kind: "count", compared: false },
    { id: "heapKibPerLease", title: "heap\na lease", kind: "kib", compared: false },
    { id: "rssKibPerLease", title: "RSS\na lease", kind: "kib", compared: false },
    { id: "lostPercent", title: "lost %", kind: "count", compared: false, needs: "renewal" },
    {
      id: "lossesTold",
      title: "losses\ntold",
      kind: "count",
      compared: false,
      needs: "lossSignal",
    },
  ],
  variants: [
    { title: "1,000 leases, ttl 3 s", params: { leases: 1_000, ttlMs: 3_000 } },
    { title: "1,000 leases, ttl 10 s", params: { leases: 1_000, ttlMs: 10_000 } },
    { title: "10,000 leases, ttl 3 s", params: { leases: 10_000, ttlMs: 3_000 } },
    { title: "10,000 leases, ttl 10 s", params: { leases: 10_000, ttlMs: 10_000 } },
  ],
  paramsFor: ({ backend }, variant) => (backend === "process" ? undefined : variant.params),
  open: async (host, strategy, params) => new HoldingProbe(host, strategy, params),
  work: (client, request: HoldingRequest) => holdingWork(client, request),
};

class HoldingProbe implements Probe {
  readonly #host: AgentHost;
  readonly #strategy: Strategy;
  readonly #leases: number;
  readonly #ttlMs: number;

  constructor(host: AgentHost, strategy: Strategy, { leases = 0, ttlMs = 0 }: Params) {
    this.#host = host;
    this.#strategy = strategy;
    this.#leases = leases;
    this.#ttlMs = ttlMs;
  }

  async warmUp(): Promise<void> {}

  /** In processes of its own: the memory of one that has held as much before would say nothing. */
  async measure(seconds: number): Promise<Sample> {
    const fleet = await this.#host.open(holding, this.#strategy, { processes: 2 });
    try {
      return await this.#hold(fleet, (seconds * 1000 * this.#ttlMs) / TTL_MS_BASE);
    } finally {
      await fleet.close();
    }
  }

  async close(): Promise<void> {}

  async #hold(fleet: Fleet, watchMs: number): Promise<Sample> {
    const prefix = `bench:holding:${this.#strategy.id}:`;
    const rehearse = (): Promise<object> =>
      ask(fleet, HOLDER, { step: "rehearse", prefix, ttlMs: REHEARSE_TTL_MS });
    await (fleet.meter === undefined ? rehearse() : fleet.meter.learn(rehearse));
    const { idleCpuPercent, ...memory } = (await ask(fleet, HOLDER, {
      step: "hold",
      prefix,
      leases: this.#leases,
      ttlMs: this.#ttlMs,
      idleMs: Math.min(watchMs, IDLE_MS_MAX),
    })) as HoldReply;
    const kept = this.#strategy.abilities.renewal
      ? await this.#keep(fleet, { prefix, watchMs, idleCpuPercent })
      : {};
    const { toldCount } = (await ask(fleet, HOLDER, { step: "free" })) as FreeReply;
    const told = this.#strategy.abilities.lossSignal ? { lossesTold: toldCount } : {};
    return { ...memory, idleCpuPercent, ...kept, ...told };
  }

  /** Lets the leases be renewed for a while, and then looks whether they are still held. */
  async #keep(
    fleet: Fleet,
    {
      prefix,
      watchMs,
      idleCpuPercent,
    }: Readonly<Record<"watchMs" | "idleCpuPercent", number>> & {
      readonly prefix: string;
    },
  ): Promise<Sample> {
    const watch = async (): Promise<WatchReply> =>
      (await ask(fleet, HOLDER, { step: "watch", watchMs })) as WatchReply;
    const watched = await fleet.meter?.measure(watch);
    const { cpuPercent } = watched?.value ?? (await watch());
    const names = namesOf(prefix, this.#leases).filter(
      (_, index) => index % (this.#leases / INTRUDED) === 0,
    );
    const { takenCount } = (await ask(fleet, INTRUDER, {
      step: "intrude",
      names,
      patienceMs: INTRUDE_MS,
    })) as IntrudeReply;
    // What it took, and what it waits for, is nobody's business any more.
    fleet.signal(INTRUDER, "SIGKILL");
    return {
      cpuPercent: cpuPercent - idleCpuPercent,
      lostPercent: (100 * takenCount) / names.length,
      ...(watched === undefined
        ? {}
        : { commandsPerSecond: (watched.cost.commands / watchMs) * 1000 }),
    };
  }
}

function ask(fleet: Fleet, process: number, request: HoldingRequest): Promise<object> {
  const watchMs = request.step === "watch" ? request.watchMs : 0;
  return fleet.askOne(process, request, STEP_MS_MAX + watchMs);
}
