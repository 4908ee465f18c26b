import { planItems } from "../method/plan.ts";
import { scenarios } from "../scenarios.ts";
import type { ResultStore } from "./result-store.ts";
import type { RunEvent } from "./run-message.ts";
import { RunProcess } from "./run-process.ts";
import { afterEvent } from "./run-story.ts";
import type { DeskView, RunView } from "./run-view.ts";
import type { RunWish } from "./run-wish.ts";

/** A run is asked for while another goes on: two at once would measure each other. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/** Where pages ask for runs. One goes on at a time; whoever listens hears of every change. */
export class RunDesk {
  readonly #store: ResultStore;
  readonly #urls: readonly string[];
  readonly #listeners = new Set<() => void>();
  #run: RunView | null = null;
  #process: RunProcess | undefined;
  #resultsVersion = 0;

  /** `urls` are the user's own servers; none for servers that each run starts. */
  constructor(store: ResultStore, urls: readonly string[]) {
    this.#store = store;
    this.#urls = urls;
  }

  get view(): DeskView {
    return { run: this.#run, resultsVersion: this.#resultsVersion };
  }

  /** Calls `listener` after every change, until the function that it gives is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws a {@link BusyError} while a run goes on. */
  start(wish: RunWish): RunView {
    if (this.#process !== undefined) throw new BusyError("a run goes on: stop it first, or wait");
    const { id, file } = this.#store.newResult();
    const run: RunView = {
      id,
      phase: "running",
      startedAt: new Date().toISOString(),
      wish,
      variantsBegun: 0,
      variantCount: variantCountOf(wish),
      now: null,
      said: [],
      locks: [],
      parts: 0,
      why: null,
    };
    this.#run = run;
    this.#process = new RunProcess({ order: "start", wish, urls: this.#urls, file }, (event) =>
      this.#hear(event),
    );
    this.#tell();
    return run;
  }

  /** Ends the run that goes on, if one does, and waits until its process is gone. */
  async stop(): Promise<void> {
    if (this.#process === undefined || this.#run === null) return;
    this.#run = { ...this.#run, phase: "stopping" };
    this.#tell();
    await this.#process.stop();
  }

  #hear(event: RunEvent): void {
    if (this.#run === null) return;
    this.#run = afterEvent(this.#run, event);
    const isOver = event.event === "done" || event.event === "failed";
    if (isOver) this.#process = undefined;
    if (isOver || event.event === "part") this.#resultsVersion += 1;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function variantCountOf({ scenarios: ids }: RunWish): number {
  const asked = scenarios.filter(({ id }) => ids.includes(id));
  return planItems(asked, []).length;
}
