import { type FindServerOptions, findServer, type ServerAvailability } from "./find-server.ts";
import { type ServerKindName, serverKinds } from "./server-kinds.ts";

/**
 * Says for each kind where its servers come from, or why there are none.
 *
 * Under `CI` it throws when a kind is missing, so that tests are never left out unnoticed.
 * Elsewhere the caller leaves out what needs the server and shows the explanation.
 */
export async function ensureServers(
  kinds: readonly ServerKindName[],
  options: FindServerOptions = {},
): Promise<readonly ServerAvailability[]> {
  const found: ServerAvailability[] = [];
  // One after another: two installations at once would fight over the package manager's lock.
  for (const kind of kinds) found.push(await findServer(serverKinds[kind], options));
  const missing = found.flatMap((one) => (one.available ? [] : [one.explanation]));
  if (missing.length > 0 && isCi()) throw new Error(missing.join("\n"));
  return found;
}

function isCi(): boolean {
  return !["", "0", "false"].includes(process.env["CI"] ?? "");
}
