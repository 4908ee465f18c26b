import type { CommandLine } from "../command-line/parse-command-line.ts";
import { EXIT } from "../exit-code.ts";
import { jsonLine, print } from "../print.ts";
import { say } from "../say.ts";
import { discard } from "./ticket-place.ts";
import { useTicket } from "./use-ticket.ts";

/** `holdfast release`: gives the lock of a ticket back. */
export function releaseCommand(commandLine: CommandLine): Promise<number> {
  return useTicket(commandLine, async (lease, place) => {
    const outcome = await lease.release();
    if (outcome === "unknown") {
      say("the release had no answer", "try again: the ticket is still there");
      return EXIT.unavailable;
    }
    discard(place);
    if (commandLine.flags.has("json")) print(jsonLine({ name: lease.name, outcome }));
    return outcome === "released" ? EXIT.done : EXIT.lost;
  });
}
