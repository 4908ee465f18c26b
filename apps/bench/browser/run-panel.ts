import type { RunPhase, RunView } from "../src/web/run-view.ts";
import { element } from "./element.ts";

const PHASES: Readonly<Record<RunPhase, string>> = {
  running: "Measuring",
  stopping: "Stopping, and keeping what is finished",
  finished: "Finished",
  stopped: "Stopped: only what was finished is in the results",
  failed: "Failed",
};

/** How far the run is, and the button that ends it. */
export class RunPanel {
  readonly node: HTMLElement;
  /** Spoken by a screen reader when it changes, which is once for each variant. */
  readonly #phase = element("p", { role: "status", id: "phase" }, "Nothing runs.");
  readonly #bar = element("progress", { max: 1, value: 0, "aria-label": "Share that is done" });
  readonly #slice = element("p", { class: "about" });
  readonly #said = element("ul", { class: "said" });
  readonly #stop = element("button", { type: "button" }, "Stop");

  constructor(stop: () => void) {
    this.#stop.addEventListener("click", stop);
    this.node = element("div", {}, this.#phase, this.#bar, this.#slice, this.#stop, this.#said);
    this.show(null);
  }

  show(run: RunView | null): void {
    const isOn = run !== null && isGoingOn(run);
    this.#stop.disabled = run?.phase !== "running";
    this.#bar.hidden = !isOn;
    if (run === null) return;
    const { now } = run;
    setText(this.#phase, [PHASES[run.phase], isOn && now ? placeOf(run) : "", run.why ?? ""]);
    this.#bar.value = doneShare(run);
    setText(this.#slice, isOn && now ? [`slice ${now.begun} of ${now.slices}`, now.strategy] : []);
    this.#said.replaceChildren(...run.said.map((line) => element("li", {}, line)));
  }
}

/** Whether a run has not ended yet. */
export function isGoingOn({ phase }: RunView): boolean {
  return phase === "running" || phase === "stopping";
}

function placeOf({ now, variantsBegun, variantCount }: RunView): string {
  return `${now?.scenario} · ${now?.variant} (${variantsBegun} of ${variantCount})`;
}

function doneShare({ now, variantsBegun, variantCount }: RunView): number {
  if (now === null) return 0;
  const ofVariant = Math.max(0, now.begun - 1) / now.slices;
  return (variantsBegun - 1 + ofVariant) / variantCount;
}

/** Only what changed is written, or it would be spoken again. */
function setText(node: HTMLElement, parts: readonly string[]): void {
  const text = parts.filter((part) => part !== "").join(": ");
  if (node.textContent !== text) node.textContent = text;
}
