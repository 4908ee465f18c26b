/** How members vote: what `quorum(members, options)` takes, and `redlock` with it. */
export const VOTE_FIELDS = {
  fencing: { type: "boolean", description: "False excludes without fencing tokens. Default true." },
  ttlMsMax: { type: "integer", minimum: 10, maximum: 86_400_000 },
  restartGuardMs: {
    type: "integer",
    minimum: 0,
    maximum: 172_800_000,
    description:
      "How long a member that may have lost its data has no vote; 0 for those that do not.",
  },
  memberTimeoutMs: {
    type: "integer",
    minimum: 1,
    maximum: 60_000,
    description: "How long one member may take to answer.",
  },
  proposalSlackMs: {
    type: "integer",
    minimum: 0,
    maximum: 21_600_000,
    description: "How far a proposed token may be from a member's clock.",
  },
  validityMsMin: {
    type: "integer",
    minimum: 0,
    maximum: 86_400_000,
    description: "Validity below which a grant is given back.",
  },
} as const;
