import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseReport, ReportError } from "../compare/read-report.ts";
import type { Report } from "../report/report.ts";

/** A result in the folder, as the list of a page shows it. */
export interface ResultSummary {
  readonly id: string;
  readonly startedAt: string | null;
  /** False where something ended the run early, or while it goes on. */
  readonly complete: boolean;
  readonly strategies: readonly string[];
  readonly scenarios: readonly string[];
}

/** Results that a page lists; older ones stay in the folder. */
const LISTED_COUNT_MAX = 50;
const RESULT_FILE = /^(?<id>\d{8}T\d{6}Z-[0-9a-f]{8})\.json$/;
const RANDOM_BYTES = 4;

/** A folder with a file for the result of each run. It outlives the server. */
export class ResultStore {
  readonly #folder: string;

  /** Makes the folder where it is not there. Throws what the file system says against it. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** A name for a result that will be, sorted by time, and its file. */
  newResult(): { readonly id: string; readonly file: string } {
    const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const id = `${time}-${randomBytes(RANDOM_BYTES).toString("hex")}`;
    return { id, file: this.#fileOf(id) };
  }

  /** The newest results first. Files that are no results are left out. */
  list(): readonly ResultSummary[] {
    const ids = readdirSync(this.#folder).flatMap((file) => {
      const id = RESULT_FILE.exec(file)?.groups?.["id"];
      return id === undefined ? [] : [id];
    });
    return ids
      .toSorted()
      .toReversed()
      .slice(0, LISTED_COUNT_MAX)
      .flatMap((id) => this.#summaryOf(id));
  }

  /** The text of a result, or undefined where there is none of that name. */
  textOf(id: string): string | undefined {
    if (!RESULT_FILE.test(`${id}.json`)) return undefined;
    const file = this.#fileOf(id);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /** The result, or undefined where there is none of that name. Throws a `ReportError` where it is broken. */
  reportOf(id: string): Report | undefined {
    const text = this.textOf(id);
    return text === undefined ? undefined : parseReport(text, `${id}.json`);
  }

  #summaryOf(id: string): readonly ResultSummary[] {
    try {
      const report = this.reportOf(id);
      if (report === undefined) return [];
      const { startedAt = null, complete, results } = report;
      const strategies = [...new Set(results.map(({ strategy }) => strategy))];
      const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
      return [{ id, startedAt, complete, strategies, scenarios }];
    } catch (error) {
      if (!(error instanceof ReportError)) throw error;
      return [];
    }
  }

  #fileOf(id: string): string {
    return join(this.#folder, `${id}.json`);
  }
}
