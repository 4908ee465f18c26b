import type { AgentHost } from "./agent/agent-host.ts";
import type { Details } from "./method/details.ts";
import type { Abilities, LockClient, Strategy } from "./strategy.ts";

/** The knobs of one measurement, as they appear in the JSON: `{ callers: 64 }`. */
export type Params = Readonly<Record<string, number>>;

/** What one measured slice yields: metric id to value. A metric that has no answer is left out. */
export type Sample = Readonly<Record<string, number>>;

/** How a metric's numbers are written for a reader. */
export type MetricKind = "us" | "ms" | "ns" | "per-second" | "count" | "index" | "kib";

/** One measured quantity. Its id is the key in the JSON and carries the unit. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly kind: MetricKind;
  /** Whether the report divides it by the strategies of `comparedWith`. */
  readonly compared: boolean;
  /** Without this ability of a strategy the metric means nothing; the report writes "no". */
  readonly needs?: keyof Abilities;
  /** Id of what a sample sets to 1 where its value of this metric is only the least that it can be. */
  readonly openIn?: string;
}

/** One table of a scenario: every strategy measured under the same wish, interleaved. */
export interface Variant {
  readonly title: string;
  readonly params: Params;
  /** Where the scenario's own number of rounds would take too long. */
  readonly roundsDefault?: number;
  /** Whether `--quick` asks it. */
  readonly quick?: boolean;
}

/** A strategy made ready under one variant: processes up, clients connected. */
export interface Probe {
  /**
   * Makes it hot: compiled, connected, its scripts known to the server. Not measured. `rounds` slices
   * will follow, in proportion to which it may take longer than `seconds`.
   */
  warmUp(seconds: number, rounds: number): Promise<void>;
  /** Measures for about `seconds`, or one unit of work where that takes longer. */
  measure(seconds: number): Promise<Sample>;
  /** What all slices measured so far show beside their samples. */
  details?(): Details;
  close(): Promise<void>;
}

/**
 * One question put to every strategy. Adding one is a file that exports one of these, and a line in
 * `scenarios.ts`. How often it is asked, in which order and what the answers are divided by belongs
 * to `method/`; what it looks like belongs to `report/`.
 */
export interface Scenario {
  readonly id: string;
  /** One line for `--list`. */
  readonly about: string;
  /** Whether a strategy with a server behind it needs that server here. */
  readonly usesServer: boolean;
  /** Whether it kills or stops servers, which only the servers of the run itself may suffer. */
  readonly destructive?: boolean;
  readonly secondsDefault: number;
  readonly roundsDefault: number;
  readonly metrics: readonly Metric[];
  readonly variants: readonly Variant[];
  /** The variant's knobs as this strategy is to be measured, or undefined where it makes no sense. */
  paramsFor(strategy: Strategy, variant: Variant): Params | undefined;
  open(host: AgentHost, strategy: Strategy, params: Params): Promise<Probe>;
  /** The half of the scenario that runs inside an agent process, beside the lock client. */
  work?(client: LockClient, request: object): Promise<object>;
}
