import type { Capabilities } from "@holdfast/core";
import type { Facts, OptionalMember } from "./facts.ts";
import type { HarnessFaults } from "./harness.ts";

/** Says why a case does not apply to a provider with these facts; undefined when it does. */
export type Need = (facts: Facts) => string | undefined;

/** The first reason that any of `all` gives. */
export function needs(...all: readonly Need[]): Need {
  return (facts) => {
    for (const need of all) {
      const reason = need(facts);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** The provider declares this capability with this value. */
export function capability<K extends keyof Capabilities>(key: K, value: Capabilities[K]): Need {
  return ({ capabilities }) =>
    capabilities[key] === value ? undefined : `declares ${key}: ${String(capabilities[key])}`;
}

/** The provider has this optional member. */
export function member(name: OptionalMember): Need {
  return ({ members }) => (members.has(name) ? undefined : `has no ${name}`);
}

/** The harness can cause this fault. */
export function harnessFault(fault: keyof HarnessFaults): Need {
  return ({ faults }) => (faults.has(fault) ? undefined : `harness cannot ${fault}`);
}

/** Holders in other processes exist, and the harness says how to start them. */
export const processes: Need = needs(capability("scope", "network"), ({ child }) =>
  child ? undefined : "harness has no child module",
);

export const fencing: Need = capability("fencing", "monotonic");
export const expiry: Need = capability("endsBy", "ttl");
