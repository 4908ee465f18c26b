import type { Scenario } from "../scenario.ts";
import { memberFault } from "./member-fault.ts";

/** Servers that stand still: their connections stay open and nothing answers. */
export const memberHung: Scenario = memberFault({
  id: "member-hung",
  about: "1,000 acquires of a free lock with a minority of its servers stopped (SIGSTOP)",
  fault: "hung",
});
