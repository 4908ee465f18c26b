import { LOCAL_INDEX_MAX } from "./fencing-token.ts";
import type { Ticket } from "./lease.ts";
import type { Settings } from "./settings.ts";
import { checkBoolean, checkCount, checkKeys, checkName } from "./validation.ts";

const TICKET_KEYS = [
  "version",
  "name",
  "holderId",
  "serverToken",
  "localIndex",
  "ttlMs",
  "renewable",
  "state",
] as const satisfies readonly (keyof Ticket)[];
const STATE_LENGTH_MAX = 4_096;

/** A ticket may have been stored and sent around: nothing of it reaches a provider unchecked. */
export function checkTicket(ticket: Ticket, settings: Settings): void {
  checkKeys(ticket, "ticket", TICKET_KEYS);
  const { version, name, holderId, localIndex, ttlMs, renewable, serverToken, state } = ticket;
  if (version !== 1) throw new RangeError(`ticket.version must be 1, not ${String(version)}`);
  checkName(name, "ticket.name");
  if (typeof holderId !== "string" || !/^[\w-]{1,64}$/.test(holderId)) {
    throw new TypeError("ticket.holderId must be 1 to 64 letters, digits, - and _");
  }
  checkCount(localIndex, "ticket.localIndex", { min: 0, max: LOCAL_INDEX_MAX - 1 });
  const { ttlMsMax } = settings.provider.capabilities;
  checkCount(ttlMs, "ticket.ttlMs", { min: 1, max: Math.min(ttlMsMax, settings.ttlMsMax) });
  checkBoolean(renewable, "ticket.renewable");
  if (serverToken !== undefined && !/^\d{1,40}$/.test(String(serverToken))) {
    throw new TypeError("ticket.serverToken must be a decimal number");
  }
  if (state === undefined) return;
  if (typeof state !== "string" || state.length > STATE_LENGTH_MAX) {
    throw new TypeError(`ticket.state must be a string of at most ${STATE_LENGTH_MAX} characters`);
  }
}
