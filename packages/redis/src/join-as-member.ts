import type { Member, Membership } from "@holdfast/core";
import { BootGuard } from "./boot-guard.ts";
import { type MemberParts, RedisMember } from "./redis-member.ts";
import type { RedisSettings } from "./redis-options.ts";

interface JoinParts extends Pick<MemberParts, "provider" | "runner" | "keyspace"> {
  readonly settings: RedisSettings;
}

const FENCE_TTL_MS_MIN = 600_000;
const FENCE_TTL_SLACK_MS = 10_000;

/**
 * Looks at the server and makes it a member. Its identity is the run_id, equal exactly for the same
 * running server however it is addressed. Rejects `CONFIG_INVALID` when clients of a quorum with another
 * fingerprint use it.
 */
export async function joinAsMember(membership: Membership, parts: JoinParts): Promise<Member> {
  const { provider, runner, keyspace, settings } = parts;
  checkMembership(membership);
  const fenceTtlMs = Math.max(FENCE_TTL_MS_MIN, 2 * settings.ttlMsMax + FENCE_TTL_SLACK_MS);
  const { clock } = settings;
  const markerKey = keyspace.member;
  const guard = new BootGuard({ runner, clock, markerKey, fenceTtlMs, membership });
  const { runId } = await guard.verified();
  const member = new RedisMember({ provider, runner, keyspace, guard, membership, fenceTtlMs });
  return { identity: runId, provider: member };
}

function checkMembership({ fingerprint, restartGuardMs, proposalSlackMs }: Membership): void {
  if (typeof fingerprint !== "string" || fingerprint === "") {
    throw new TypeError("membership.fingerprint must be a string that is not empty");
  }
  for (const [parameter, value] of Object.entries({ restartGuardMs, proposalSlackMs })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(
        `membership.${parameter} must be a whole number of milliseconds, 0 or more, not ${value}`,
      );
    }
  }
}
