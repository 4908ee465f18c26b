import type { SingleBar } from "cli-progress";
import type { Metric, Sample, Scenario, Variant } from "../scenario.ts";
import { flatTitle } from "./flat-title.ts";
import { formatNumber } from "./format-number.ts";
import type { Progress } from "./progress.ts";
import { sparkline } from "./sparkline.ts";

/** One line on a terminal: how far the variant is, who is measured, and the last figure that came in. */
export class BarProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #bar: SingleBar;
  readonly #sparklines: boolean;
  #metrics: readonly Metric[] = [];
  /** Of each strategy, in this variant. */
  readonly #values = new Map<string, readonly number[]>();
  #begun = 0;

  constructor(
    stream: NodeJS.WriteStream,
    bar: SingleBar,
    { sparklines }: { readonly sparklines: boolean },
  ) {
    this.#stream = stream;
    this.#bar = bar;
    this.#sparklines = sparklines;
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  onVariant(scenario: Scenario, variant: Variant, slices: number): void {
    this.#bar.stop();
    this.#begun = 0;
    this.#metrics = scenario.metrics;
    this.#values.clear();
    const title = `${scenario.id} · ${variant.title}`;
    this.#bar.start(slices, 0, { title, strategy: "", figure: "" });
  }

  onSlice(strategyId: string): void {
    this.#bar.update(this.#begun, { strategy: strategyId });
    this.#begun += 1;
  }

  /** The first metric that the sample has stands for it. */
  onSample(strategyId: string, sample: Sample): void {
    const metric = this.#metrics.find(({ id }) => sample[id] !== undefined);
    const value = metric && sample[metric.id];
    if (metric === undefined || value === undefined) return;
    const values = [...(this.#values.get(strategyId) ?? []), value];
    this.#values.set(strategyId, values);
    const spark = this.#sparklines ? ` ${sparkline(values)}` : "";
    const figure = ` (${strategyId}: ${flatTitle(metric.title)} ${formatNumber(value, metric.kind)}${spark})`;
    this.#bar.update({ figure });
  }

  stop(): void {
    this.#bar.stop();
  }
}
