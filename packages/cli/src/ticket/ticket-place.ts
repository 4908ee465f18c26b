import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { Ticket } from "@holdfast/core";
import { UsageError } from "../usage-error.ts";

/** Only its owner may read a ticket: it is the proof of holding. */
const MODE = 0o600;
const FD_MAX = 1_023;

/** Where a ticket is kept between the commands of a script: a file, or a file descriptor that the script opened. */
export type TicketPlace = { readonly file: string } | { readonly fd: number };

/** Reads `--ticket` or `--ticket-fd`. */
export function ticketPlace(flags: ReadonlyMap<string, string>): TicketPlace {
  const file = flags.get("ticket");
  const fd = flags.get("ticket-fd");
  if ((file === undefined) === (fd === undefined)) {
    throw new UsageError("a ticket needs its place", "accepted: --ticket FILE or --ticket-fd N");
  }
  if (file !== undefined) return { file };
  if (!/^\d{1,4}$/.test(fd ?? "") || Number(fd) > FD_MAX) {
    throw new UsageError(
      `--ticket-fd is ${JSON.stringify(fd)}`,
      "accepted: a number, as 3 for 3>FILE",
    );
  }
  return { fd: Number(fd) };
}

/**
 * Makes sure that a ticket can be kept, before there is a lock that would be without one. A file must not be
 * there yet: it may be the ticket of a lock that is held.
 */
export function reserve(place: TicketPlace): void {
  try {
    if ("fd" in place) writeSync(place.fd, "");
    else closeSync(openSync(place.file, "wx", MODE));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hint =
      code === "EEXIST" ? "holdfast release gives that lock back and removes it" : undefined;
    throw new UsageError(`the ticket cannot be kept in ${nameOf(place)}: ${code}`, hint);
  }
}

/** Keeps a ticket. A file is replaced as a whole, so that whoever reads it finds the old one or the new one. */
export function keep(place: TicketPlace, ticket: Ticket): void {
  const text = `${JSON.stringify(ticket)}\n`;
  if ("fd" in place) {
    writeAll(place.fd, text);
    return;
  }
  const partial = `${place.file}.${process.pid}`;
  const fd = openSync(partial, "wx", MODE);
  try {
    writeAll(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(partial, place.file);
}

function writeAll(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
}

/** Reads a ticket. What it says is checked when it is used. */
export function readTicket(place: TicketPlace): Ticket {
  try {
    return JSON.parse(readFileSync("fd" in place ? place.fd : place.file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `there is no ticket in ${nameOf(place)}${code === undefined ? "" : `: ${code}`}`,
    );
  }
}

/** Removes what is of no more use. A descriptor is the script's own. */
export function discard(place: TicketPlace): void {
  if ("file" in place) rmSync(place.file, { force: true });
}

function nameOf(place: TicketPlace): string {
  return "fd" in place ? `descriptor ${place.fd}` : place.file;
}
