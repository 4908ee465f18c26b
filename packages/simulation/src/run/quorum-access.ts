import { type LockProvider, quorum } from "@holdfast/core";
import type { Host } from "../world/host.ts";
import type { BackendParts, Server } from "./backend.ts";
import { delegate } from "./delegate.ts";

/** The members of one client's quorum, in the order of their servers. */
export interface QuorumParts extends BackendParts {
  readonly servers: readonly Server[];
  readonly providers: readonly LockProvider[];
}

/** One client's quorum over its providers, each of which is audited as a member. */
export function accessToQuorum(host: Host, parts: QuorumParts): LockProvider {
  const { world, scenario, sabotage, servers, providers } = parts;
  const members = providers.map((provider, index) => {
    const server = servers[index];
    return server === undefined ? provider : audited(provider, server, parts);
  });
  const options = {
    ttlMsMax: scenario.ttlMsMax,
    random: world.random(`quorum of ${host.name}`),
  };
  return quorum(members, { ...options, ...sabotage.quorum });
}

function audited(provider: LockProvider, server: Server, { sabotage }: BackendParts): LockProvider {
  return delegate(provider, {
    asMember: async (membership) => {
      const member = await provider.asMember?.(membership);
      if (member === undefined) throw new TypeError(`${server.host.name} cannot be a member`);
      const joined = sabotage.provider?.(member.provider) ?? member.provider;
      const watched = server.auditor.watch(joined);
      return {
        provider: watched,
        get identity(): string {
          return member.identity;
        },
      };
    },
  });
}
