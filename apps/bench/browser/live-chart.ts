import uPlot from "uplot";
import { flatTitle } from "../src/report/flat-title.ts";
import { formatNumber } from "../src/report/format-number.ts";
import type { Metric, Sample } from "../src/scenario.ts";
import type { Catalog } from "../src/web/catalog.ts";
import type { RunView, VariantView } from "../src/web/run-view.ts";
import { element } from "./element.ts";
import { isGoingOn } from "./run-panel.ts";

const HEIGHT_PX = 260;
/** Of the axis, above the highest point. */
const HEADROOM = 1.1;
/** Colours that can be told apart on light and on dark ground; the line styles tell the rest. */
const COLOURS = ["#2f7de1", "#d9682b", "#1f9d6b", "#b5489a", "#a08400", "#6d6fd6", "#c43c4e"];
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

/** What a round after another yields, a line for each strategy, while a variant is measured. */
export class LiveChart {
  readonly node: HTMLElement = element("div", { id: "chart", hidden: true });
  readonly #catalog: Catalog;
  readonly #metric = element("select", {});
  readonly #canvas = element("div", { role: "img" });
  readonly #legend = element("ul", { class: "legend" });
  #now: VariantView | null = null;
  #plot: uPlot | undefined;
  /** What the drawn chart was made for. */
  #drawnFor = "";

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    this.node.append(element("label", {}, "Figure ", this.#metric), this.#canvas, this.#legend);
    this.#metric.addEventListener("change", () => this.#draw());
    const redraw = (): void => {
      this.#drawnFor = "";
      this.#draw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    new ResizeObserver(() => this.#fit()).observe(this.node);
  }

  show(run: RunView | null): void {
    const now = run !== null && isGoingOn(run) ? run.now : null;
    this.node.hidden = now === null || Object.keys(now.samples).length === 0;
    this.#now = now;
    if (this.node.hidden) return;
    this.#offer(now);
    this.#draw();
  }

  /** The figures of the scenario that is asked; a choice is kept where there is the same figure. */
  #offer(now: VariantView | null): void {
    const measured = new Set(
      Object.values(now?.samples ?? {})
        .flat()
        .flatMap(Object.keys),
    );
    const metrics = this.#metricsOf(now).filter(({ id }) => measured.has(id));
    const offered = [...this.#metric.options].map(({ value }) => value);
    if (metrics.map(({ id }) => id).join() === offered.join()) return;
    const chosen = this.#metric.value;
    this.#metric.replaceChildren(
      ...metrics.map((metric) => element("option", { value: metric.id }, flatTitle(metric.title))),
    );
    if (metrics.some(({ id }) => id === chosen)) this.#metric.value = chosen;
  }

  #metricsOf(now: VariantView | null): readonly Metric[] {
    return this.#catalog.scenarios.find(({ id }) => id === now?.scenario)?.metrics ?? [];
  }

  #draw(): void {
    const now = this.#now;
    const metric = this.#metricsOf(now).find(({ id }) => id === this.#metric.value);
    if (now === null || metric === undefined) return;
    const strategies = Object.keys(now.samples);
    const wanted = [now.scenario, now.variant, metric.id, ...strategies].join("\n");
    const data = dataOf(now.samples, metric.id);
    if (wanted === this.#drawnFor) this.#plot?.setData(data);
    else this.#make({ metric, strategies, data });
    this.#drawnFor = wanted;
    const words = Object.entries(now.samples).map(([strategy, samples]) => {
      const last = samples.at(-1)?.[metric.id];
      return `${strategy} ${last === undefined ? "–" : formatNumber(last, metric.kind)}`;
    });
    const rounds = data[0].length;
    this.#canvas.setAttribute(
      "aria-label",
      `${flatTitle(metric.title)} of ${rounds} rounds, as a chart`,
    );
    this.#legend.replaceChildren(...words.map((line, index) => legendItem(index, line)));
  }

  #make({ metric, strategies, data }: Drawing): void {
    this.#plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const axis = {
      stroke: style.getPropertyValue("--quiet"),
      grid: { stroke: style.getPropertyValue("--line"), width: 0.5 },
      ticks: { stroke: style.getPropertyValue("--line"), width: 0.5 },
    };
    const values = (_plot: uPlot, splits: readonly number[]): string[] =>
      splits.map((value) => formatNumber(value, metric.kind));
    const options: uPlot.Options = {
      width: this.#canvas.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: rangeFromZero } },
      axes: [
        { ...axis, label: "round", incrs: [1, 2, 5, 10, 20, 50, 100, 200] },
        { ...axis, values, size: 76 },
      ],
      series: [
        {},
        ...strategies.map((label, index) => ({ label, ...lineOf(index), points: { show: true } })),
      ],
    };
    this.#plot = new uPlot(options, data, this.#canvas);
  }

  #fit(): void {
    const width = this.#canvas.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT_PX });
  }
}

interface Drawing {
  readonly metric: Metric;
  readonly strategies: readonly string[];
  readonly data: uPlot.AlignedData;
}

/** Rounds below, and for each strategy what they yielded. */
function dataOf(samples: VariantView["samples"], metric: string): uPlot.AlignedData {
  const lines = Object.values(samples);
  const rounds = Math.max(...lines.map((line) => line.length));
  const numbers = Array.from({ length: rounds }, (_, index) => index + 1);
  const valueIn = (sample: Sample | undefined): number | null => sample?.[metric] ?? null;
  return [numbers, ...lines.map((line) => numbers.map((round) => valueIn(line[round - 1])))];
}

/** From zero to a little above the highest point: differences look as large as they are. */
function rangeFromZero(_plot: uPlot, least: number, most: number): [number, number] {
  return [Math.min(0, least), Math.max(0, most) * HEADROOM || 1];
}

function lineOf(index: number): { stroke: string; width: number; dash: number[] } {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length] ?? [];
  return { stroke: COLOURS[index % COLOURS.length] ?? "", width: 2, dash: [...dash] };
}

function legendItem(index: number, words: string): HTMLElement {
  const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
  const { stroke, dash } = lineOf(index);
  swatch.style.borderTopColor = stroke;
  swatch.style.borderTopStyle = dash.length === 0 ? "solid" : "dashed";
  return element("li", {}, swatch, words);
}
