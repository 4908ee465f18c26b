import type { Scenario } from "../scenario.ts";
import { memberFault } from "./member-fault.ts";

/** Servers that are gone: their connections break at once. */
export const memberDown: Scenario = memberFault({
  id: "member-down",
  about: "1,000 acquires of a free lock with a minority of its servers killed",
  fault: "killed",
});
