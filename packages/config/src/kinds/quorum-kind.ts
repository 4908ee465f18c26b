import { quorum } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { nowhere } from "./checked-url.ts";

/** The options of `quorum(members, options)`. */
export const QUORUM_FIELDS = {
  member: {
    type: "array",
    items: { $ref: "#/$defs/backend" },
    minItems: 1,
    maxItems: 64,
    description: "The members, each a URL or an object with a url; three are usual.",
  },
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

/** `quorum:?member=<url>&member=<url>`: core's quorum over members of any kind. */
export const quorumKind: BackendKind = {
  name: "quorum",
  schemes: ["quorum"],
  fields: QUORUM_FIELDS,
  membersField: "member",
  addressesOf: nowhere,
  create: (_exports, { options, members, clock, random }) =>
    quorum(members, { ...withoutMembers(options), clock, random } as { readonly fencing?: true }),
};

function withoutMembers(options: Readonly<Record<string, unknown>>): object {
  const { member: _members, ...others } = options;
  return others;
}
