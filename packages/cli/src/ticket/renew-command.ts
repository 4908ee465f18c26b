import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { jsonLine, print } from "../print.ts";
import { keep } from "./ticket-place.ts";
import { useTicket } from "./use-ticket.ts";

/** `holdfast renew`: another ttl for the lock of a ticket. */
export function renewCommand(commandLine: CommandLine): Promise<number> {
  return useTicket(commandLine, async (lease, place) => {
    const { name, validForMs, fencingToken } = lease;
    const ticket = lease.detach();
    if ("file" in place) keep(place, ticket);
    if (commandLine.flags.has("json"))
      print(jsonLine({ name, fencingToken, validForMs: Math.floor(validForMs) }));
    return EXIT.done;
  });
}
