import type { LaunchedServer } from "./launched-server.ts";
import { serverCapabilities } from "./server-capabilities.ts";
import type { ServerClock } from "./server-clock.ts";

/** Ends a server that was to see a moved clock and cannot, and rejects: its tests would prove nothing. */
export async function requireClock(
  launched: LaunchedServer,
  clock: ServerClock | undefined,
): Promise<void> {
  if (clock === undefined || serverCapabilities(launched.source).clock) return;
  await launched.stop();
  throw new Error(`No clock to move with source ${launched.source}; ask serverCapabilities first`);
}
