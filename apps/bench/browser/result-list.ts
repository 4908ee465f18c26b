import type { ResultSummary } from "../src/web/result-store.ts";
import { element } from "./element.ts";
import { titleOfResult } from "./results-panel.ts";

/** Every result that the server has, to be shown again. */
export class ResultList {
  readonly node: HTMLElement = element("div", {});
  readonly #show: (id: string) => void;

  constructor(show: (id: string) => void) {
    this.#show = show;
    this.draw([], undefined);
  }

  draw(results: readonly ResultSummary[], shownId: string | undefined): void {
    if (results.length === 0) {
      this.node.replaceChildren(element("p", {}, "None yet."));
      return;
    }
    const focused = document.activeElement?.getAttribute("data-id");
    const items = results.map((result) => this.#item(result, result.id === shownId));
    this.node.replaceChildren(element("ul", { class: "results" }, ...items));
    if (focused !== null && focused !== undefined) {
      this.node.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  #item(result: ResultSummary, isShown: boolean): HTMLElement {
    const button = element("button", {
      ...{ type: "button", class: "quiet", "data-id": result.id },
      "aria-current": isShown ? "true" : null,
    });
    button.append(titleOfResult(result));
    button.addEventListener("click", () => this.#show(result.id));
    return element("li", {}, button);
  }
}
