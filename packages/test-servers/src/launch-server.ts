import { findServer, type ServerAvailability } from "./find-server.ts";
import type { LaunchPlan } from "./launch-plan.ts";
import type { LaunchedServer } from "./launched-server.ts";
import { launchLocalServer } from "./local-server.ts";

/** What was found, by kind and setting: the answer does not change while a process runs. */
const found = new Map<string, Promise<ServerAvailability>>();

/**
 * Starts a server from the first source that has it; rejects with the explanation when none has.
 */
export async function launchServer(plan: LaunchPlan): Promise<LaunchedServer> {
  const key = `${plan.kind.name} ${process.env["HOLDFAST_SERVERS"]}`;
  const finding = found.get(key) ?? findServer(plan.kind);
  found.set(key, finding);
  const availability = await finding;
  if (!availability.available) throw new Error(availability.explanation);
  if (availability.source === "local") return await launchLocalServer(plan);
  const { launchContainerServer } = await import("./container-server.ts");
  return await launchContainerServer(plan);
}
