import type { Catalog } from "../src/web/catalog.ts";
import type { ResultSummary } from "../src/web/result-store.ts";
import type { DeskView } from "../src/web/run-view.ts";
import type { RunWish } from "../src/web/run-wish.ts";
import { Choices } from "./choices.ts";
import { LiveChart } from "./live-chart.ts";
import { LockTable } from "./lock-table.ts";
import { ResultList } from "./result-list.ts";
import { ResultsPanel } from "./results-panel.ts";
import { isGoingOn, RunPanel } from "./run-panel.ts";
import { post, read } from "./server.ts";
import { type Connection, ViewStream } from "./view-stream.ts";

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  connected: "",
  lost: "The server is gone, and a run with it but for what was finished. This page goes on when it is back.",
  refused: "This address is no longer good: open the one that the server printed last.",
};

/** The page: what the server tells goes to the panels, and what the user does to the server. */
class Page {
  readonly #choices: Choices;
  readonly #run: RunPanel;
  readonly #chart: LiveChart;
  readonly #locks = new LockTable();
  readonly #results: ResultsPanel;
  readonly #list: ResultList;
  readonly #connection = place("connection");
  #resultsVersion: number | undefined;
  /** The run whose result was shown by itself; after that, the user chooses. */
  #followedId: string | undefined;

  constructor(catalog: Catalog) {
    this.#choices = new Choices(catalog, async (wish: RunWish) => {
      await post("/api/run", wish);
      place("run-title").scrollIntoView({ block: "start" });
    });
    this.#run = new RunPanel(() => void post("/api/stop", {}).catch(() => {}));
    this.#chart = new LiveChart(catalog);
    this.#results = new ResultsPanel();
    this.#list = new ResultList((id) => {
      void this.#refresh(id).then(() => place("results-title").scrollIntoView({ block: "start" }));
    });
    place("choices").replaceChildren(this.#choices.form);
    place("now").replaceChildren(this.#run.node, this.#chart.node, this.#locks.node);
    place("outcome").replaceChildren(this.#results.node);
    place("earlier").replaceChildren(this.#list.node);
  }

  open(): void {
    const stream = new ViewStream({
      onView: (view) => this.#see(view),
      onConnection: (connection) => this.#tell(connection),
    });
    stream.open();
  }

  #tell(connection: Connection): void {
    const words = CONNECTIONS[connection];
    if (this.#connection.textContent === words) return;
    this.#connection.textContent = words;
    this.#choices.isBusy = connection !== "connected";
    // Another server counts from the start.
    if (connection !== "connected") this.#resultsVersion = undefined;
  }

  #see({ run, resultsVersion }: DeskView): void {
    this.#choices.isBusy = run !== null && isGoingOn(run);
    this.#run.show(run);
    this.#chart.show(run);
    this.#locks.show(run);
    if (resultsVersion === this.#resultsVersion) return;
    this.#resultsVersion = resultsVersion;
    const hasResult = run !== null && (run.parts > 0 || !isGoingOn(run));
    const isNews = hasResult && run.id !== this.#followedId;
    if (isNews) this.#followedId = run.id;
    void this.#refresh(isNews ? run.id : this.#results.shownId);
  }

  /** Shows a result, or the newest, and what else there is. */
  async #refresh(id: string | undefined): Promise<void> {
    const results = await read<readonly ResultSummary[]>("/api/results").catch(() => []);
    const wanted = results.find((result) => result.id === id) ?? results[0];
    if (wanted !== undefined) await this.#results.show(wanted);
    this.#results.earlier = results;
    this.#list.draw(results, this.#results.shownId);
  }
}

function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

try {
  const page = new Page(await read<Catalog>("/api/catalog"));
  page.open();
} catch (error) {
  place("connection").textContent = (error as Error).message;
}
