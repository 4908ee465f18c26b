import pTimeout from "p-timeout";
import type { Scenario } from "../scenario.ts";
import type { CorePinning } from "../server/core-pinning.ts";
import type { RunServers } from "../server/run-servers.ts";
import { ServerMeter } from "../server/server-meter.ts";
import type { Strategy, Target } from "../strategy.ts";
import { Agent, type ProcessSignal } from "./agent.ts";
import type { LockSight } from "./lock-sight.ts";
import type { Look } from "./message.ts";

/** Longest farewell an agent is given before it is killed. */
const CLOSE_MS_MAX = 2_000;
/** Longest an onlooker waits for an agent. */
const LOOK_MS_MAX = 1_000;

/**
 * Starts agent processes, moves them to the core under measurement and knows every one that lives, so that an
 * interrupted run leaves none behind.
 */
export class AgentHost {
  readonly servers: RunServers;
  readonly pinning: CorePinning;
  readonly #watch: boolean;
  readonly #living = new Set<Agent>();
  /** Asked to look and silent so far: stopped, or busy. They are not asked again meanwhile. */
  readonly #looking = new Set<Agent>();

  /** With `watch`, agents know what {@link look} asks; their book-keeping is in the figures. */
  constructor(
    pinning: CorePinning,
    servers: RunServers,
    { watch = false }: { readonly watch?: boolean } = {},
  ) {
    this.pinning = pinning;
    this.servers = servers;
    this.#watch = watch;
  }

  /**
   * Starts processes with a client of `strategy` each. When one of them fails or does not answer, all
   * are ended: what it left unfinished would be in everybody else's figures.
   */
  async open(scenario: Scenario, strategy: Strategy, crew: Crew): Promise<Fleet> {
    const { processes, ...options } = crew;
    const agents = Array.from({ length: processes }, () => this.#start());
    const servers = this.servers.of(strategy);
    const target = { ...this.servers.targetOf(strategy), ...options };
    const askOrEnd = (questions: Promise<object>): Promise<object> =>
      questions.catch(async (error: unknown) => {
        await this.#end(agents);
        throw error;
      });
    await askOrEnd(
      Promise.all(
        agents.map(async (agent) => {
          const watch = this.#watch;
          const opened = await agent.ask({ ask: "open", strategyId: strategy.id, target, watch });
          agent.pin(this.pinning);
          return opened;
        }),
      ),
    );
    const askOne = async (index: number, request: object, expectedMs: number): Promise<object> => {
      const agent = agents[index];
      if (agent === undefined) throw new RangeError(`there is no process ${index}`);
      return askOrEnd(agent.ask({ ask: "work", scenarioId: scenario.id, request }, expectedMs));
    };
    return {
      meter: ServerMeter.over(servers),
      ask: (requests, expectedMs) =>
        Promise.all(agents.map((_, index) => askOne(index, requests[index] ?? {}, expectedMs))),
      askOne,
      signal: (index, signal) => agents[index]?.signal(signal),
      close: async () => {
        await Promise.all(agents.map((agent) => this.#retire(agent)));
      },
    };
  }

  /** The locks of all agents that say so in time. One name has a row for each of its processes. */
  async look(): Promise<readonly LockSight[]> {
    const idle = [...this.#living].filter((agent) => !this.#looking.has(agent));
    return (await Promise.all(idle.map((agent) => this.#lookAt(agent)))).flat();
  }

  /** Ends every agent at once, whatever it is doing. */
  async killAll(): Promise<void> {
    await this.#end([...this.#living]);
  }

  /** For the last moment of a process, when nothing can be awaited any more. */
  killAllNow(): void {
    for (const agent of this.#living) agent.killNow();
  }

  async #end(agents: readonly Agent[]): Promise<void> {
    await Promise.all(agents.map((agent) => agent.kill()));
    for (const agent of agents) this.#living.delete(agent);
  }

  async #lookAt(agent: Agent): Promise<readonly LockSight[]> {
    this.#looking.add(agent);
    const answer = agent
      .ask({ ask: "look" })
      .then((look) => (look as Look).locks)
      .catch((): readonly LockSight[] => [])
      .finally(() => this.#looking.delete(agent));
    return pTimeout(answer, { milliseconds: LOOK_MS_MAX, fallback: () => [] });
  }

  #start(): Agent {
    const agent = new Agent();
    this.#living.add(agent);
    return agent;
  }

  async #retire(agent: Agent): Promise<void> {
    await Promise.race([
      agent.ask({ ask: "close" }).catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, CLOSE_MS_MAX).unref()),
    ]);
    await this.#end([agent]);
  }
}

/** How many processes to start, and what their clients are told beside the servers. */
export interface Crew extends Pick<Target, "localHandoffMax"> {
  readonly processes: number;
}

/** The agents of one strategy in one measurement. */
export interface Fleet {
  /** Reads what the strategy costs its servers, where it has any. */
  readonly meter: ServerMeter | undefined;
  /** Sends `requests[i]` to process `i`, all at once, and waits for every reply. */
  ask(requests: readonly object[], expectedMs: number): Promise<readonly object[]>;
  /** Sends `request` to process `index` alone. Rejects once that process is gone. */
  askOne(index: number, request: object, expectedMs: number): Promise<object>;
  /** Ends, stops or continues process `index`, without a word to it. */
  signal(index: number, signal: ProcessSignal): void;
  close(): Promise<void>;
}
