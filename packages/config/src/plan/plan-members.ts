import type { BackendPlan } from "./backend-plan.ts";
import type { Planning } from "./plan-backend.ts";

/** A quorum in a quorum makes sense to nobody's operator, and a list that contains itself has no end. */
const DEPTH_MAX = 1;

/** Kinds that have their servers in common. */
const SERVICES: readonly (readonly string[])[] = [["redis", "redlock"], ["postgres"], ["etcd"]];

/** The members as they were given. */
export interface MemberList {
  /** The option that they stand in. */
  readonly field: string;
  readonly given: readonly unknown[] | undefined;
  readonly planning: Planning;
}

/** Checks the members of a backend that is made of others, each of which may be there once. */
export function planMembers(
  { field, given, planning }: MemberList,
  plan: (given: unknown, planning: Planning) => BackendPlan,
): readonly BackendPlan[] {
  const { place, depth } = planning;
  if (given === undefined) throw place.error(`has no ${field}; accepted: one for each member`);
  if (depth >= DEPTH_MAX) {
    throw place.error("is a quorum in a quorum; accepted: members that are none");
  }
  const where = place.at(field);
  const members = given.map((member, index) =>
    plan(member, { ...planning, place: where.at(index), depth: depth + 1 }),
  );
  for (const [index, member] of members.entries()) {
    const { locks, options } = member;
    const [stray] = Object.keys(locks).filter((key) => options[key] === undefined);
    if (stray !== undefined) {
      throw where.at(index).error(`has ${stray}; accepted: options of locks beside ${field}`);
    }
    const first = members.findIndex((other) => isShared(member, other));
    if (first !== -1 && first < index) {
      throw where
        .at(index)
        .error(`leads to a server of ${field}[${first}]; accepted: each server once`);
    }
  }
  return members;
}

/** True where two members are on one server. Those in the process have none. */
function isShared(one: BackendPlan, other: BackendPlan): boolean {
  if (one.kind?.packageName === undefined) return false;
  const isSameService = SERVICES.some(
    (names) => names.includes(one.kind?.name ?? "") && names.includes(other.kind?.name ?? ""),
  );
  return isSameService && one.addresses.some((address) => other.addresses.includes(address));
}
