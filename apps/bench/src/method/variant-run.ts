import type { AgentHost } from "../agent/agent-host.ts";
import type { Params, Sample, Scenario, Variant } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import { noisyMetrics } from "./noise.ts";
import type { Control, Gap, Inability, Outcome, Place, Result } from "./outcome.ts";
import type { Effort, PlanItem } from "./plan.ts";
import { type Entrant, runRounds } from "./rounds.ts";
import { ratios, summarise } from "./summary.ts";

/** What the run tells while it goes on. */
export interface RunListener {
  /** A variant begins; `slices` measurements will follow, warm-up included. */
  onVariant(scenario: Scenario, variant: Variant, slices: number): void;
  onSlice(strategyId: string): void;
  /** What a slice yielded, after each but those of the warm-up and of the control. */
  onSample(strategyId: string, sample: Sample): void;
}

export interface VariantOptions {
  readonly host: AgentHost;
  readonly signal: AbortSignal;
  readonly listener: RunListener;
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
  readonly #strategies: readonly Strategy[];
  readonly #options: VariantOptions;
  readonly #rows: Row[] = [];
  readonly #gaps: Gap[] = [];
  readonly #cannot: Inability[] = [];
  /** A row measured a second time. */
  #again: { readonly row: Row; readonly entrant: Row } | undefined;

  constructor({ scenario, variant, strategies }: PlanItem, options: VariantOptions) {
    this.#scenario = scenario;
    this.#variant = variant;
    this.#strategies = strategies;
    this.#options = options;
  }

  async measure(effort: Effort): Promise<Outcome> {
    const { signal, listener } = this.#options;
    try {
      for (const strategy of this.#strategies) {
        if (!signal.aborted) await this.#admit(strategy);
      }
      if (!signal.aborted) await this.#admitControl(effort);
      const entrants = this.#entrants();
      const slices = entrants.length * (effort.rounds + 1);
      if (slices > 0) listener.onVariant(this.#scenario, this.#variant, slices);
      await runRounds(entrants, {
        ...effort,
        signal,
        onSlice: (strategyId) => listener.onSlice(strategyId),
        onSample: (entrant, sample) => {
          if (entrant !== this.#again?.entrant) listener.onSample(entrant.strategyId, sample);
        },
      });
    } finally {
      // An abort has ended the agents already; there is nobody left to say goodbye to.
      if (!signal.aborted) await Promise.all(this.#entrants().map(close));
    }
    for (const { strategyId, failure } of this.#rows) {
      if (failure !== undefined) this.#leaveGap(strategyId, "failed", failure);
    }
    const control = this.#again?.entrant;
    if (control?.failure !== undefined) {
      this.#leaveGap(control.strategyId, "failed", `as control: ${control.failure}`);
    }
    return {
      results: this.#rows.flatMap((row) => this.#resultOf(row)),
      controls: this.#controls(),
      cannot: this.#cannot,
      gaps: this.#gaps,
    };
  }

  #entrants(): readonly Row[] {
    return this.#again === undefined ? this.#rows : [...this.#rows, this.#again.entrant];
  }

  /** Makes a strategy ready, or notes why it cannot take part. */
  async #admit(strategy: Strategy): Promise<void> {
    const { host, signal } = this.#options;
    const params = this.#scenario.paramsFor(strategy, this.#variant);
    if (params === undefined) {
      this.#cannot.push(this.#placeOf(strategy.id));
      return;
    }
    const missing = this.#scenario.usesServer ? host.servers.missing(strategy) : undefined;
    if (missing !== undefined) {
      this.#leaveGap(strategy.id, "absent", missing);
      return;
    }
    try {
      this.#rows.push(await this.#open(strategy, params));
    } catch (error) {
      if (!signal.aborted) this.#leaveGap(strategy.id, "failed", messageOf(error));
      return;
    }
    const metrics = this.#scenario.metrics
      .filter(({ needs }) => needs !== undefined && !strategy.abilities[needs])
      .map(({ id }) => id);
    if (metrics.length > 0) this.#cannot.push({ ...this.#placeOf(strategy.id), metrics });
  }

  /**
   * A yardstick takes part twice, where anything is compared, or else the first strategy: what is not 1
   * between the two is noise.
   */
  async #admitControl({ rounds }: Effort): Promise<void> {
    const isCompared = this.#scenario.metrics.some(({ compared }) => compared);
    if (!isCompared || rounds < 2 || this.#rows.length < 2) return;
    const yardsticks = this.#rows.filter(({ strategy }) => strategy.comparedWith.length === 0);
    const row =
      yardsticks.find(({ strategy }) => !strategy.waits) ?? yardsticks[0] ?? this.#rows[0];
    if (row === undefined) return;
    try {
      this.#again = { row, entrant: await this.#open(row.strategy, row.params) };
    } catch (error) {
      if (!this.#options.signal.aborted) {
        this.#leaveGap(row.strategyId, "failed", `as control: ${messageOf(error)}`);
      }
    }
  }

  async #open(strategy: Strategy, params: Params): Promise<Row> {
    const probe = await this.#scenario.open(this.#options.host, strategy, params);
    const entrant = { strategyId: strategy.id, probe, samples: [], failure: undefined };
    return { ...entrant, strategy, params };
  }

  #resultOf({ strategy, params, probe, samples, failure }: Row): readonly Result[] {
    if (failure !== undefined || samples.length === 0) return [];
    const metrics = this.#scenario.metrics.filter(
      ({ needs }) => needs === undefined || strategy.abilities[needs],
    );
    const compared = strategy.comparedWith.flatMap((id) => {
      const other = this.#rows.find(({ strategyId }) => strategyId === id);
      return other === undefined || other.samples.length === 0
        ? []
        : [[id, ratios(metrics, samples, other.samples)] as const];
    });
    const summary = summarise(metrics, samples);
    const details = probe.details?.();
    const values = Object.keys(summary).map(
      (id) => [id, samples.map((sample) => sample[id] ?? null)] as const,
    );
    return [
      {
        ...this.#placeOf(strategy.id),
        params,
        metrics: summary,
        ratios: Object.fromEntries(compared),
        values: Object.fromEntries(values),
        ...(details && { details }),
      },
    ];
  }

  #controls(): readonly Control[] {
    if (this.#again === undefined) return [];
    const { row, entrant } = this.#again;
    const { metrics } = this.#scenario;
    const own = ratios(metrics, row.samples, entrant.samples);
    if (Object.keys(own).length === 0) return [];
    const tooNoisy = noisyMetrics(metrics, row.samples, entrant.samples);
    return [{ ...this.#placeOf(row.strategyId), ratios: own, tooNoisy }];
  }

  #leaveGap(strategy: string, kind: Gap["kind"], why: string): void {
    this.#gaps.push({ ...this.#placeOf(strategy), kind, why });
  }

  #placeOf(strategy: string): Place {
    return { strategy, scenario: this.#scenario.id, variant: this.#variant.title };
  }
}

/** One that cannot be ended may be in everybody else's figures, which is no reason to lose them. */
async function close(row: Row): Promise<void> {
  try {
    await row.probe.close();
  } catch (error) {
    row.failure ??= `at its end: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
