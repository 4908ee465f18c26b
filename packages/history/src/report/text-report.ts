import type { HistoryEvent } from "../history-event.ts";
import { inMilliseconds } from "../in-milliseconds.ts";
import type { Violation } from "../violation.ts";

/** More of one violation nobody reads. */
const EVENTS_MAX = 40;

/** Each violation with the events that prove it, their times counted from the first of them. */
export function textReport(violations: readonly Violation[]): string {
  return violations.map(violationText).join("\n");
}

function violationText({ checker, name, message, events }: Violation): string {
  const shown = events.slice(0, EVENTS_MAX);
  const startNs = shown[0]?.atNs ?? 0;
  const rows = shown.map((event) => rowOf(event, startNs));
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  );
  const lines = rows.map(([time = "", ...cells]) => {
    const padded = cells.map((cell, index) => cell.padEnd(widths[index + 1] ?? 0));
    return `  ${[time.padStart(widths[0] ?? 0), ...padded].join("  ").trimEnd()}\n`;
  });
  const more = events.length - shown.length;
  const rest = more > 0 ? `  and ${more} more events\n` : "";
  const where = name === "" ? "" : ` of ${printable(name)}`;
  return `${checker}${where}: ${printable(message)}\n${lines.join("")}${rest}`;
}

function rowOf(event: HistoryEvent, startNs: number): readonly string[] {
  const { atNs, process, client, hold, operation, phase } = event;
  const who = client === process || client === "" ? process : `${process} ${client}`;
  const time =
    atNs === startNs ? `at ${inMilliseconds(atNs)}` : `+ ${inMilliseconds(atNs - startNs)}`;
  return [time, who, hold, `${operation} ${phase}`, detailsOf(event)].map(printable);
}

function detailsOf({ atNs, token, ttlMs, validUntilNs, value, detail }: HistoryEvent): string {
  return [
    token === undefined ? [] : `token ${token}`,
    ttlMs === undefined ? [] : `ttl ${ttlMs} ms`,
    validUntilNs === undefined ? [] : `valid for ${inMilliseconds(validUntilNs - atNs)}`,
    value === undefined ? [] : `counted ${value}`,
    detail ?? [],
  ]
    .flat()
    .join(", ");
}

/** Names are anybody's text: what would move the cursor is shown as its code. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
