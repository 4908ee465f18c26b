import type { Sample } from "../scenario.ts";
import type { RunEvent } from "./run-message.ts";
import type { RunPhase, RunView, VariantView } from "./run-view.ts";

/** Lines that a page shows of what a run said. */
const SAID_COUNT_MAX = 20;

/** The view of a run after it told of something. */
export function afterEvent(run: RunView, event: RunEvent): RunView {
  switch (event.event) {
    case "said":
      return { ...run, said: [...run.said, event.text].slice(-SAID_COUNT_MAX) };
    case "variant": {
      const { scenario, variant, slices } = event;
      const now = { scenario, variant, slices, begun: 0, strategy: "", samples: {} };
      return { ...run, now, variantsBegun: run.variantsBegun + 1 };
    }
    case "slice":
      return withNow(run, (now) => ({ begun: now.begun + 1, strategy: event.strategy }));
    case "sample":
      return withNow(run, ({ samples }) => ({ samples: withSample(samples, event) }));
    case "locks":
      return { ...run, locks: event.locks };
    case "part":
      return { ...run, parts: run.parts + 1 };
    case "done":
      return { ...run, locks: [], phase: event.complete ? "finished" : "stopped" };
    case "failed":
      return { ...run, locks: [], phase: phaseOfFailure(run), why: event.why };
  }
}

/** A run that was ended by force because it did not stop in time was stopped all the same. */
function phaseOfFailure({ phase }: RunView): RunPhase {
  return phase === "stopping" ? "stopped" : "failed";
}

function withNow(run: RunView, change: (now: VariantView) => Partial<VariantView>): RunView {
  return run.now === null ? run : { ...run, now: { ...run.now, ...change(run.now) } };
}

function withSample(
  samples: VariantView["samples"],
  { strategy, sample }: { readonly strategy: string; readonly sample: Sample },
): VariantView["samples"] {
  return { ...samples, [strategy]: [...(samples[strategy] ?? []), sample] };
}
