import type { Report } from "../report/report.ts";
import type { Scenario } from "../scenario.ts";
import type { Strategy } from "../strategy.ts";
import type { ServerUrl } from "./server-url.ts";

/** A run as the command line asks for it. */
export interface RunRequest {
  readonly strategies: readonly Strategy[];
  readonly scenarios: readonly Scenario[];
  /** Override every scenario's own. */
  readonly seconds: number | undefined;
  readonly rounds: number | undefined;
  /** Measure what the gates need, and judge them. */
  readonly gate: boolean;
  /** The user's own servers; none for servers that the run starts. */
  readonly urls: readonly ServerUrl[];
  /** Too short to conclude from, and labelled so. */
  readonly quick: boolean;
  /** Where to write the results: a path, or {@link STDOUT}. */
  readonly json: string | undefined;
  /** Where to write the page. */
  readonly html: string | undefined;
  /** The flags that make such a run again, without passwords and without where to write. */
  readonly flags: readonly string[];
  /** An older result to compare the new one with. */
  readonly compareWith: Report | undefined;
}

/** As a path: the standard output, in place of the tables. */
export const STDOUT = "-";
