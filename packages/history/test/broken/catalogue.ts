import { brokenClients } from "./broken-clients.ts";
import type { BrokenProvider } from "./broken-provider.ts";
import { brokenQuorums } from "./broken-quorums.ts";
import { brokenServers } from "./broken-servers.ts";

/** Every broken provider. */
export const catalogue: readonly BrokenProvider[] = [
  ...brokenServers,
  ...brokenClients,
  ...brokenQuorums,
];
