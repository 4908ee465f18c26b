import type { LaunchPlan } from "./launch-plan.ts";
import type { LaunchedServer } from "./launched-server.ts";
import { launchLocalServer } from "./local-server.ts";

/** Starts a server from the first source that has it. */
export function launchServer(plan: LaunchPlan): Promise<LaunchedServer> {
  return launchLocalServer(plan);
}
