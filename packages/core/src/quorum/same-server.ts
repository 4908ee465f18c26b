import type { QuorumMember } from "./quorum-member.ts";

/** Two members that are one server, in words; undefined where there are none among those joined. */
export function sameServer(members: readonly QuorumMember[]): string | undefined {
  for (const [at, { joined, label }] of members.entries()) {
    for (let before = 0; joined !== undefined && before < at; before += 1) {
      const other = members[before];
      if (other?.joined?.identity !== joined.identity) continue;
      return (
        `${other.label} and ${label} are one and the same server; ` +
        "each member of a quorum must be a server of its own"
      );
    }
  }
  return undefined;
}
