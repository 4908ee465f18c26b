import type { AgentHost } from "../agent/agent-host.ts";
import type { Params, Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import type { Gap, Outcome, Result } from "./outcome.ts";
import { type Entrant, runRounds } from "./rounds.ts";
import { ratios, summarise } from "./summary.ts";

/** What the run tells while it goes on. */
export interface RunListener {
  /** A variant begins; `slices` measurements will follow, warm-up included. */
  onVariant(scenario: Scenario, variant: Variant, slices: number): void;
  onSlice(strategyId: string): void;
}

export interface RunOptions {
  readonly host: AgentHost;
  readonly signal: AbortSignal;
  readonly listener: RunListener;
}

/** How long and how often to measure. */
export interface Effort {
  readonly seconds: number;
  readonly rounds: number;
}

/** A strategy that takes part, with the knobs it is measured under. */
interface Row extends Entrant {
  readonly strategy: Strategy;
  readonly params: Params;
}

/** One variant of one scenario, measured over all strategies that it makes sense for. */
export class VariantRun {
  readonly #scenario: Scenario;
  readonly #variant: Variant;
  readonly #options: RunOptions;
  readonly #rows: Row[] = [];
  readonly #gaps: Gap[] = [];

  constructor(scenario: Scenario, variant: Variant, options: RunOptions) {
    this.#scenario = scenario;
    this.#variant = variant;
    this.#options = options;
  }

  async measure(strategies: readonly Strategy[], effort: Effort): Promise<Outcome> {
    const { signal, listener } = this.#options;
    try {
      for (const strategy of strategies) {
        if (!signal.aborted) await this.#admit(strategy);
      }
      const slices = this.#rows.length * (effort.rounds + 1);
      listener.onVariant(this.#scenario, this.#variant, slices);
      await runRounds(this.#rows, {
        ...effort,
        signal,
        onSlice: (strategyId) => listener.onSlice(strategyId),
      });
    } finally {
      // An abort has ended the agents already; there is nobody left to say goodbye to.
      if (!signal.aborted) await Promise.all(this.#rows.map(({ probe }) => probe.close()));
    }
    for (const { strategyId, failure } of this.#rows) {
      if (failure !== undefined) this.#leaveGap(strategyId, failure);
    }
    return { results: this.#rows.flatMap((row) => this.#resultOf(row)), gaps: this.#gaps };
  }

  /** Makes a strategy ready, or leaves a gap with the reason why it cannot take part. */
  async #admit(strategy: Strategy): Promise<void> {
    const { host, signal } = this.#options;
    const params = this.#scenario.paramsFor(strategy, this.#variant);
    if (params === undefined) return;
    const missing = this.#scenario.usesServer ? host.servers.missing(strategy) : undefined;
    if (missing !== undefined) {
      this.#leaveGap(strategy.id, missing);
      return;
    }
    try {
      const probe = await this.#scenario.open(host, strategy, params);
      const entrant = { strategyId: strategy.id, probe, samples: [], failure: undefined };
      this.#rows.push({ ...entrant, strategy, params });
    } catch (error) {
      if (!signal.aborted) this.#leaveGap(strategy.id, messageOf(error));
    }
  }

  #resultOf({ strategy, params, samples, failure }: Row): readonly Result[] {
    if (failure !== undefined || samples.length === 0) return [];
    const { metrics } = this.#scenario;
    const compared = strategy.comparedWith.flatMap((id) => {
      const other = this.#rows.find(({ strategyId }) => strategyId === id);
      return other === undefined || other.samples.length === 0
        ? []
        : [[id, ratios(metrics, samples, other.samples)] as const];
    });
    return [
      {
        strategy: strategy.id,
        scenario: this.#scenario.id,
        variant: this.#variant.title,
        params,
        metrics: summarise(metrics, samples),
        ratios: Object.fromEntries(compared),
      },
    ];
  }

  #leaveGap(strategy: string, why: string): void {
    this.#gaps.push({ strategy, scenario: this.#scenario.id, variant: this.#variant.title, why });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
