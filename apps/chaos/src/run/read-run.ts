import { readdir } from "node:fs/promises";
import path from "node:path";
import { type HistoryEvent, inOrder, readHistory } from "@holdfast/history";

/** The history of a run, from the files of all its processes. */
export async function readRun(folder: string): Promise<readonly HistoryEvent[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".jsonl"));
  const history = await readHistory(files.map((file) => path.join(folder, file)));
  return withPausesEnded(history);
}

/** A process that dies while it stands still stands still no longer. */
function withPausesEnded(history: readonly HistoryEvent[]): readonly HistoryEvent[] {
  const paused = new Map<string, HistoryEvent>();
  const ends: HistoryEvent[] = [];
  for (const event of history) {
    const { operation, process } = event;
    const pause = paused.get(process);
    if (operation === "pause") paused.set(process, event);
    else if (operation === "resume") paused.delete(process);
    else if (operation === "crash" && pause !== undefined) {
      paused.delete(process);
      ends.push({ ...event, operation: "resume" });
    }
  }
  return inOrder([...history, ...ends]);
}
