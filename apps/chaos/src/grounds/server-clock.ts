import {
  clockShim,
  ensureServers,
  ServerClock,
  type ServerKindName,
  serverCapabilities,
} from "@holdfast/test-servers";

/** A clock for a server of that kind to run by; undefined where this machine cannot move one. */
export async function clockFor(kind: ServerKindName): Promise<ServerClock | undefined> {
  const [found] = await ensureServers([kind]);
  const canMove = found?.available && serverCapabilities(found.source).clock;
  return canMove && clockShim().available ? new ServerClock() : undefined;
}
