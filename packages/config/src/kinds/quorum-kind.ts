import { quorum } from "@holdfast/core";
import type { BackendKind } from "./backend-kind.ts";
import { nowhere } from "./checked-url.ts";
import { VOTE_FIELDS } from "./vote-fields.ts";

/** The members of `quorum(members, options)`, beside the options of their votes. */
export const QUORUM_FIELDS = {
  member: {
    type: "array",
    items: { $ref: "#/$defs/backend" },
    minItems: 1,
    maxItems: 64,
    description: "The members, each a URL or an object with a url; three are usual.",
  },
} as const;

/** `quorum:?member=<url>&member=<url>`: core's quorum over members of any kind. */
export const quorumKind: BackendKind = {
  name: "quorum",
  schemes: ["quorum"],
  fields: { ...QUORUM_FIELDS, ...VOTE_FIELDS },
  membersField: "member",
  addressesOf: nowhere,
  create: (_exports, { options, members, clock, random }) =>
    quorum(members, { ...withoutMembers(options), clock, random } as { readonly fencing?: true }),
};

function withoutMembers(options: Readonly<Record<string, unknown>>): object {
  const { member: _members, ...others } = options;
  return others;
}
