import { hostClock } from "@holdfast/history";
import { Worker } from "./worker.ts";
import {
  BACKGROUND_EXIT_CODE,
  LEFTOVER_EXIT_CODE,
  UNCONNECTED_EXIT_CODE,
  type WorkerOrder,
  type WorkerReport,
} from "./worker-message.ts";

/** Sockets take a moment to go once they were ended. */
const GONE_MS_MAX = 5_000;

let worker: Worker | undefined;
let isClosing = false;

process.on("message", (order: WorkerOrder) => {
  if (order.kind === "begin") void begin(order);
  else worker?.obey(order);
});
process.on("SIGTERM", () => void close());
// Ctrl-C signals the whole group; when to end is the run's to say.
process.on("SIGINT", () => {});
// The run has gone: nobody wants this any more.
process.on("disconnect", () => {
  if (!isClosing || worker?.endsByExit === true) process.exit();
});
process.on("uncaughtException", (error) => {
  const message = error.stack ?? String(error);
  // Once it has closed nobody listens any more: its exit code tells.
  if (!process.connected) {
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
  // Told first, since the process ends with it.
  process.send?.({ kind: "problem", rule: "background", message }, undefined, undefined, () =>
    process.exit(BACKGROUND_EXIT_CODE),
  );
});

async function begin({ plan }: Extract<WorkerOrder, { kind: "begin" }>): Promise<void> {
  try {
    worker = await Worker.start(plan, hostClock().nowNs, report);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    process.exit(UNCONNECTED_EXIT_CODE);
  }
  report({ kind: "ready" });
  if (plan.role !== "probe") return;
  await worker.running;
  await close();
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}

/** Ends by itself when nothing of it is left, and says what is left otherwise. */
async function close(): Promise<void> {
  if (isClosing) return;
  isClosing = true;
  await worker?.close();
  process.disconnect();
  setTimeout(() => {
    process.stderr.write(`${process.getActiveResourcesInfo().join(", ")}\n`);
    process.exit(LEFTOVER_EXIT_CODE);
  }, GONE_MS_MAX).unref();
}
