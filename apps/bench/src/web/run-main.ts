import { measure } from "../cli/measure.ts";
import { readServerUrls } from "../cli/server-url.ts";
import { planItems } from "../method/plan.ts";
import type { Progress } from "../report/progress.ts";
import { scenarios } from "../scenarios.ts";
import { redacted } from "../server/redaction.ts";
import { strategies } from "../strategies.ts";
import type { RunEvent, RunOrder } from "./run-message.ts";
import { reportOf, type WebRun, writeResult } from "./write-result.ts";

/**
 * The process of one run: what is measured has nothing to do with who looks on. It ends early, with what
 * it has, when it is told to or when the server is gone.
 */

type Start = Extract<RunOrder, { order: "start" }>;

const stop = new AbortController();

process.on("message", (order: RunOrder) => {
  if (order.order === "stop") stop.abort();
  else void run(order);
});
process.on("disconnect", () => stop.abort());
/** Ctrl-C reaches the whole process group, and the server tells what to do about it. */
process.on("SIGINT", () => {});
process.on("SIGTERM", () => stop.abort());

async function run(order: Start): Promise<void> {
  try {
    tell({ event: "done", complete: await measured(order) });
  } catch (error) {
    tell({ event: "failed", why: redacted(messageOf(error), order.urls) });
    process.exitCode = 1;
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** Measures, and writes the results after each variant too. Says whether nothing ended it early. */
async function measured({ wish, urls, file }: Start): Promise<boolean> {
  const run: WebRun = {
    wish,
    startedAt: new Date().toISOString(),
    plan: {
      items: planItems(
        scenarios.filter(({ id }) => wish.scenarios.includes(id)),
        strategies.filter(({ id }) => wish.strategies.includes(id)),
      ),
      seconds: wish.seconds ?? undefined,
      rounds: wish.rounds ?? undefined,
    },
  };
  const found = await measure(run.plan, readServerUrls([...urls]), {
    signal: stop.signal,
    progress,
    onPart: (soFar) => {
      try {
        writeResult(file, reportOf(soFar, run));
        tell({ event: "part" });
      } catch (error) {
        progress.say(`the results so far could not be written: ${messageOf(error)}`);
      }
    },
    ...(wish.watch && { onLocks: (locks) => tell({ event: "locks", locks }) }),
  });
  writeResult(file, reportOf(found, run));
  return found.complete;
}

const progress: Progress = {
  say: (text) => tell({ event: "said", text }),
  onVariant: ({ id }, { title }, slices) =>
    tell({ event: "variant", scenario: id, variant: title, slices }),
  onSlice: (strategy) => tell({ event: "slice", strategy }),
  onSample: (strategy, sample) => tell({ event: "sample", strategy, sample }),
  stop: () => {},
};

/** To a server that is gone nothing is told. */
function tell(event: RunEvent): void {
  if (process.connected) process.send?.(event, undefined, undefined, () => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
