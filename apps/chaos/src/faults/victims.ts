import type { FaultProxy } from "@holdfast/test-servers";
import type { Scene } from "../fault.ts";
import type { Ground } from "../ground.ts";

/** A member of any ground. */
export type AnyMember = Ground["members"][number];

/** One server: the only one, or a minority of a quorum of three. */
export function anyMember({ ground, random, note }: Scene): AnyMember {
  const member = random.pick<AnyMember>(ground.members);
  noteMember(ground, member, note);
  return member;
}

/**
 * The links that a fault of the network hits: the only one, those of a minority of a quorum, or of any
 * members of a cluster, since those still reach each other.
 */
export function someLinks({ ground, random, note }: Scene): readonly FaultProxy[] {
  const memberCount = ground.members.length;
  const countMax = ground.backend === "redlock" ? Math.floor((memberCount - 1) / 2) : memberCount;
  const count = random.integer(1, Math.max(1, countMax));
  const hit = random.shuffled<AnyMember>(ground.members).slice(0, count);
  for (const member of hit) noteMember(ground, member, note);
  return hit.map(({ proxy }) => proxy);
}

function noteMember(ground: Ground, member: AnyMember, note: (text: string) => void): void {
  const members: readonly AnyMember[] = ground.members;
  if (members.length > 1) note(`member ${members.indexOf(member) + 1}`);
}
