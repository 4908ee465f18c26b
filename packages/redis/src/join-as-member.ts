import type { Member, Membership } from "@holdfast/core";
import { BootGuard } from "./boot-guard.ts";
import { type MemberParts, RedisMember } from "./redis-member.ts";
import type { RedisSettings } from "./redis-options.ts";

interface JoinParts extends Pick<MemberParts, "provider" | "runner" | "keyspace"> {
  readonly settings: RedisSettings;
}

/**
 * Looks at the server and makes it a member. Its identity is the run_id, equal exactly for the same
 * running server however it is addressed. Rejects `CONFIG_INVALID` when clients of a quorum with another
 * fingerprint use it.
 */
export async function joinAsMember(membership: Membership, parts: JoinParts): Promise<Member> {
  const { provider, runner, keyspace, settings } = parts;
  checkMembership(membership);
  const { clock } = settings;
  const guard = new BootGuard({ runner, clock, markerKey: keyspace.member, membership });
  await guard.verified();
  const member = new RedisMember({ provider, runner, keyspace, guard, membership });
  return {
    get identity() {
      return guard.runId;
    },
    provider: member,
  };
}

function checkMembership(membership: Membership): void {
  const { fingerprint, restartGuardMs, proposalSlackMs, fenceTtlMs } = membership;
  if (typeof fingerprint !== "string" || fingerprint === "") {
    throw new TypeError("membership.fingerprint must be a string that is not empty");
  }
  for (const [parameter, value] of Object.entries({
    restartGuardMs,
    proposalSlackMs,
    fenceTtlMs,
  })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(
        `membership.${parameter} must be a whole number of milliseconds, 0 or more, not ${value}`,
      );
    }
  }
}
