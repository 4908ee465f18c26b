import { readFile } from "node:fs/promises";
import type { HistoryEvent } from "./history-event.ts";
import { MalformedHistoryError } from "./malformed-history-error.ts";
import { parseEvent } from "./parse-event.ts";

/**
 * Reads the files of all processes of a run as one history, in the order of time. Events of the
 * same nanosecond keep the order of their file.
 *
 * Rejects with {@link MalformedHistoryError} at the first line that is not an event, and as `readFile`
 * does for a file that cannot be read. Empty lines are passed over.
 */
export async function readHistory(files: readonly string[]): Promise<readonly HistoryEvent[]> {
  const histories = await Promise.all(
    files.map(async (file) => eventsOf(file, await readFile(file, "utf8"))),
  );
  return inOrder(histories.flat());
}

/** The same events in the order of time, stable. */
export function inOrder(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  return [...events].sort((one, other) => one.atNs - other.atNs);
}

function eventsOf(file: string, text: string): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line === "") continue;
    try {
      events.push(parseEvent(line));
    } catch (error) {
      throw new MalformedHistoryError(file, index + 1, (error as Error).message);
    }
  }
  return events;
}
