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
    return server === undefined ? provider : audited(provider, { server, index, sabotage });
  });
  const options = {
    ttlMsMax: scenario.ttlMsMax,
    random: world.random(`quorum of ${host.name}`),
  };
  return quorum(members, { ...options, ...sabotage.quorum });
}

interface Place extends Pick<BackendParts, "sabotage"> {
  readonly server: Server;
  readonly index: number;
}

/** Acquires and renewals go to what a member has joined as, releases to the provider itself. */
function audited(provider: LockProvider, { server, index, sabotage }: Place): LockProvider {
  const watch = (part: LockProvider): LockProvider =>
    server.auditor.watch(sabotage.provider?.(part, index) ?? part);
  return delegate(watch(provider), {
    asMember: async (membership) => {
      const member = await provider.asMember?.(membership);
      if (member === undefined) throw new TypeError(`${server.host.name} cannot be a member`);
      const joined = watch(member.provider);
      return {
        provider: joined,
        get identity(): string {
          return member.identity;
        },
      };
    },
  });
}
