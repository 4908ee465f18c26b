import { setTimeout as sleepMs } from "node:timers/promises";
import pTimeout from "p-timeout";
import type { AgentHost, Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import type { Params, Probe, Sample, Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { type GrantReply, type TurnRequest, turnWork } from "../work/turn-work.ts";

/** Longest wait for the lock of a dead process, in ttls. */
const TTL_COUNT_MAX = 8;
/** The holder lives that long, in ttls: a quarter, and up to a renewal interval of a third more. */
const HOLD_TTLS_MIN = 1 / 4;
const HOLD_TTLS_SPREAD = 1 / 3;
const HOLD_STEPS = 5;
const HOLDER = 0;
const WAITER = 1;

/** How long the lock of a process that was killed keeps everybody else waiting. */
export const crash: Scenario = {
  id: "crash",
  about: "the holder's process is killed (SIGKILL): time until a waiting process has the lock",
  usesServer: true,
  secondsDefault: 0,
  roundsDefault: 5,
  metrics: [
    { id: "grantMs", title: "killed →\ngranted", kind: "ms", compared: false },
    { id: "grantOverTtl", title: "÷ ttl", kind: "index", compared: false },
  ],
  variants: [{ title: "ttl 2 s", params: { ttlMs: 2_000 } }],
  paramsFor: ({ backend }, variant) => (backend === "process" ? undefined : variant.params),
  open: async (host, strategy, params) => new CrashProbe(host, strategy, params),
  work: (client, request: TurnRequest) => turnWork(client, request),
};

class CrashProbe implements Probe {
  readonly #host: AgentHost;
  readonly #strategy: Strategy;
  readonly #ttlMs: number;
  #sampleCount = 0;

  constructor(host: AgentHost, strategy: Strategy, { ttlMs = 0 }: Params) {
    this.#host = host;
    this.#strategy = strategy;
    this.#ttlMs = ttlMs;
  }

  async warmUp(): Promise<void> {}

  /** Two processes of its own: one dies, the other inherits. */
  async measure(): Promise<Sample> {
    const fleet = await this.#host.open(crash, this.#strategy, { processes: 2 });
    try {
      const grantMs = await this.#inherit(fleet);
      return { grantMs, grantOverTtl: grantMs / this.#ttlMs };
    } finally {
      await fleet.close();
    }
  }

  async close(): Promise<void> {}

  /** From the kill to the grant. */
  async #inherit(fleet: Fleet): Promise<number> {
    await this.#acquire(fleet, HOLDER);
    const granted = this.#acquire(fleet, WAITER);
    granted.catch(() => {});
    await sleepMs(this.#holdMs());
    const killedUs = hostUs();
    fleet.signal(HOLDER, "SIGKILL");
    const { grantedUs } = await pTimeout(granted, {
      milliseconds: this.#ttlMs * TTL_COUNT_MAX,
      message: `not granted within ${TTL_COUNT_MAX} ttls of the end of the holder's process`,
    });
    const release: TurnRequest = { step: "release", name: this.#name };
    await fleet.askOne(WAITER, release, 0);
    return (grantedUs - killedUs) / 1000;
  }

  async #acquire(fleet: Fleet, process: number): Promise<GrantReply> {
    const ttlMs = this.#ttlMs;
    const untilUs = hostUs() + ttlMs * TTL_COUNT_MAX * 1000;
    const request: TurnRequest = { step: "acquire", name: this.#name, ttlMs, untilUs };
    return (await fleet.askOne(process, request, ttlMs * TTL_COUNT_MAX)) as GrantReply;
  }

  /** Over the rounds, the end comes at several points between two renewals; the same for all strategies. */
  #holdMs(): number {
    const step = this.#sampleCount % HOLD_STEPS;
    this.#sampleCount += 1;
    return this.#ttlMs * (HOLD_TTLS_MIN + (HOLD_TTLS_SPREAD * step) / HOLD_STEPS);
  }

  get #name(): string {
    return `bench:crash:${this.#strategy.id}`;
  }
}
