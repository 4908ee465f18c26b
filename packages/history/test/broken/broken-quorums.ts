import { LockClient } from "../world/lock-client.ts";
import type { LockRequest, LockServer } from "../world/lock-server.ts";
import { BelievesTheServer } from "./broken-clients.ts";
import { type BrokenProvider, LONG_TTL_MS, threeServers, times } from "./broken-provider.ts";

class TakesOneVote extends LockClient {
  override get quorum(): number {
    return 1;
  }
}

class KeepsItsVotes extends LockClient {
  protected override giveBack(): void {
    // What was granted without a quorum stays until its ttl.
  }
}

class RenewsWithOne extends LockClient {
  protected override get renewQuorum(): number {
    return 1;
  }
}

class CountsReCreatedKeys extends BelievesTheServer {
  protected override renewAt(member: LockServer, request: LockRequest, token: bigint): boolean {
    return member.renew(request, token) || member.acquire(request).granted;
  }
}

class WritesNothingBack extends LockClient {
  protected override async agreed(): Promise<boolean> {
    return true;
  }
}

/** Faults of a lock over several servers. */
export const brokenQuorums: readonly BrokenProvider[] = [
  {
    id: "one-of-three",
    fault: "one vote of three is enough",
    caughtBy: "exclusion",
    scenario: threeServers([]),
    implementation: { Client: TakesOneVote },
  },
  {
    id: "duplicate-member",
    fault: "one client counts a member twice, under two addresses",
    caughtBy: "exclusion",
    scenario: threeServers([]),
    implementation: {
      listed: ([one, two, three], client) =>
        [one, client === 0 ? one : two, three] as readonly LockServer[],
    },
  },
  {
    id: "another-quorum",
    fault: "one client is configured with one of the three members",
    caughtBy: "exclusion",
    scenario: threeServers([]),
    implementation: {
      listed: (members, client) => (client === 0 ? members.slice(0, 1) : members),
    },
  },
  {
    id: "minority-votes-kept",
    fault: "an attempt without a quorum keeps the votes that it got",
    caughtBy: "lost-wake-up",
    scenario: threeServers([], LONG_TTL_MS),
    implementation: { Client: KeepsItsVotes },
  },
  {
    id: "renewed-by-a-minority",
    fault: "a renewal that one member answers prolongs the validity",
    caughtBy: "exclusion",
    scenario: threeServers([...times(4, "restart"), ...times(6, "cut-off")]),
    implementation: { Client: RenewsWithOne },
  },
  {
    id: "re-created-keys-counted",
    fault: "a renewal counts members on which it had to take the lock anew",
    caughtBy: "ownership",
    scenario: threeServers(times(12, "pause")),
    implementation: { Client: CountsReCreatedKeys },
  },
  {
    id: "no-write-back",
    fault: "the largest of different tokens is not written to the other members",
    caughtBy: "fencing-order",
    scenario: threeServers(times(4, "cut-off")),
    implementation: { Client: WritesNothingBack },
  },
];
