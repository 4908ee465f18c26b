import type { LockSight } from "../src/agent/lock-sight.ts";
import type { RunView } from "../src/web/run-view.ts";
import { element, table } from "./element.ts";

const HEAD = ["name", "strategy", "holder", "token", "time left", "waiting", "server's queue"];
const MS_PER_SECOND = 1_000;

/** The locks of a run that are held or waited for at the moment. */
export class LockTable {
  readonly node: HTMLElement = element("div", { id: "locks", hidden: true });
  readonly #none = element("p", { class: "about" }, "None is held or waited for.");
  readonly #rows = element("div", {});

  constructor() {
    this.node.append(element("h3", {}, "Locks of the moment"), this.#none, this.#rows);
  }

  /** Keeps the scrolled region, so that whoever reads in it stays where they are. */
  show(run: RunView | null): void {
    this.node.hidden = run === null || run.phase !== "running" || !run.wish.watch;
    if (this.node.hidden || run === null) return;
    this.#none.hidden = run.locks.length > 0;
    this.#rows.hidden = run.locks.length === 0;
    const drawn = table("Held or waited for, the most wanted first", HEAD, run.locks.map(cellsOf));
    const shown = this.#rows.querySelector("table");
    const made = drawn.querySelector("table");
    if (shown === null || made === null) this.#rows.replaceChildren(drawn);
    else shown.replaceWith(made);
  }
}

function cellsOf(sight: LockSight): readonly string[] {
  const { name, strategy, waiting, state } = sight;
  return [
    name,
    strategy,
    holderOf(sight),
    state?.fencingToken ?? "–",
    leftOf(state?.remainingMs),
    String(waiting),
    state?.waiters === undefined ? "–" : String(state.waiters),
  ];
}

/** What the strategy says; where it cannot be asked, what the run knows itself. */
function holderOf({ holding, state }: LockSight): string {
  if (state === undefined) return holding > 0 ? "a caller of the run" : "not known";
  if (!state.held) return "nobody";
  return state.description ?? "somebody";
}

function leftOf(remainingMs: number | undefined): string {
  if (remainingMs === undefined) return "–";
  return `${(remainingMs / MS_PER_SECOND).toFixed(1)} s`;
}
