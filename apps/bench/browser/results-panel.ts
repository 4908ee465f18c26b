import type { ResultSummary } from "../src/web/result-store.ts";
import { element } from "./element.ts";
import { linkTo, post, readMarkup } from "./server.ts";

/** One result: its figures, its files, and what changed since another one. */
export class ResultsPanel {
  readonly node: HTMLElement = element("div", {});
  readonly #title = element("p", { id: "shown" }, "No result yet.");
  readonly #links = element("p", { class: "links" });
  readonly #body = element("div", {});
  readonly #compare = element("div", { class: "compare", hidden: true });
  readonly #older = element("select", { id: "older" });
  readonly #file = element("input", { type: "file", accept: ".json,application/json" });
  readonly #changes = element("div", { id: "comparison", class: "report", role: "status" });
  #shownId: string | undefined;

  constructor() {
    this.#compare.append(
      element("label", {}, "Compare with an earlier run ", this.#older),
      element("label", {}, "or with a file ", this.#file),
    );
    this.#older.addEventListener("change", () => void this.#compareWithRun());
    this.#file.addEventListener("change", () => void this.#compareWithFile());
    this.node.append(this.#title, this.#links, this.#compare, this.#changes, this.#body);
  }

  get shownId(): string | undefined {
    return this.#shownId;
  }

  /** Shows a result; again, to show what was added to it. */
  async show(result: ResultSummary): Promise<void> {
    const { id } = result;
    const isOther = id !== this.#shownId;
    this.#shownId = id;
    if (isOther) this.#changes.replaceChildren();
    this.#title.textContent = titleOfResult(result);
    this.#compare.hidden = false;
    this.#links.replaceChildren(fileLink(id, "json"), " ", fileLink(id, "html"));
    try {
      const body = await readMarkup(`/api/results/${id}/body`);
      if (this.#shownId === id) this.#draw(body);
    } catch (error) {
      if (isOther) this.#body.replaceChildren(problem(error));
    }
  }

  /** What there is to compare with. */
  set earlier(results: readonly ResultSummary[]) {
    const chosen = this.#older.value;
    const others = results.filter(({ id }) => id !== this.#shownId);
    this.#older.replaceChildren(
      element("option", { value: "" }, "none"),
      ...others.map((result) => element("option", { value: result.id }, titleOfResult(result))),
    );
    this.#older.value = others.some(({ id }) => id === chosen) ? chosen : "";
  }

  /** What was unfolded stays so. */
  #draw(body: string): void {
    const summaries = (): readonly Element[] => [
      ...this.#body.querySelectorAll("details > summary"),
    ];
    const unfolded = new Set(
      summaries().flatMap(({ parentElement, textContent }) =>
        parentElement?.hasAttribute("open") ? [textContent] : [],
      ),
    );
    this.#body.innerHTML = body;
    for (const { parentElement, textContent } of summaries()) {
      if (unfolded.has(textContent)) parentElement?.setAttribute("open", "");
    }
  }

  async #compareWithRun(): Promise<void> {
    this.#file.value = "";
    const id = this.#older.value;
    if (id === "") this.#changes.replaceChildren();
    else await this.#compareWith({ id });
  }

  async #compareWithFile(): Promise<void> {
    const file = this.#file.files?.[0];
    if (file === undefined) return;
    this.#older.value = "";
    await this.#compareWith({ name: file.name, text: await file.text() });
  }

  async #compareWith(before: object): Promise<void> {
    try {
      this.#changes.innerHTML = await post("/api/compare", { before, after: this.#shownId });
    } catch (error) {
      this.#changes.replaceChildren(problem(error));
    }
  }
}

function fileLink(id: string, kind: "json" | "html"): HTMLElement {
  const href = linkTo(`/api/results/${id}.${kind}`);
  const download = `holdfast-bench-${id}.${kind}`;
  return element("a", { href, download }, `Download ${kind.toUpperCase()}`);
}

function problem(error: unknown): HTMLElement {
  return element("p", { role: "alert", class: "problem" }, (error as Error).message);
}

/** A result in one line. */
export function titleOfResult({
  startedAt,
  complete,
  scenarios,
  strategies,
}: ResultSummary): string {
  const what = `${scenarios.join(", ")} of ${strategies.join(", ")}`;
  return `${timeText(startedAt)} · ${what}${complete ? "" : " · not whole"}`;
}

/** A time of the ISO form for a reader. */
function timeText(iso: string | null): string {
  return iso === null ? "unknown time" : new Date(iso).toLocaleString();
}
