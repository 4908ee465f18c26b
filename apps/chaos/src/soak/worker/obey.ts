import type { SoakNews, SoakOrder, SoakTask } from "../message.ts";
import type { OpenLocks } from "./open-locks.ts";
import { soakProcess } from "./soak-process.ts";

/** The program of a process under test: does what its parent orders, with clients that `open` makes. */
export function obey(open: OpenLocks): void {
  const stop = new AbortController();
  // Made on first use, which is not to be taken for something that a library left.
  void [process.stdout, process.stderr];
  process.on("disconnect", () => process.exit());
  process.on("message", (message) => {
    const order = message as SoakOrder;
    if (order.order === "begin") void work(order.task, open, stop.signal);
    if (order.order === "stop") stop.abort();
    if (order.order === "leave") process.disconnect();
  });
}

async function work(task: SoakTask, open: OpenLocks, stop: AbortSignal): Promise<void> {
  try {
    const onProgress = (cycles: number): void => tell({ news: "progress", cycles });
    const account = await soakProcess(task, open, { stop, onProgress });
    tell({ news: "closed", account });
  } catch (error) {
    tell({ news: "failed", why: error instanceof Error ? String(error.stack) : String(error) });
  }
}

function tell(news: SoakNews): void {
  process.send?.(news);
}
