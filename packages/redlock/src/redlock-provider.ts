import {
  type BreakTarget,
  type Capabilities,
  type Clock,
  type Finding,
  type LockProvider,
  type LockState,
  quorum,
} from "@holdfast/core";
import { memberAt } from "./member-at.ts";
import { memberName } from "./member-name.ts";
import { type RedlockOptions, type RedlockPlan, redlockPlan } from "./redlock-options.ts";

/** A provider over several Redis servers. `Fencing` says in the types whether leases carry tokens. */
export interface RedlockProvider<Fencing extends "none" | "monotonic" = "monotonic">
  extends LockProvider {
  readonly capabilities: Capabilities & { readonly fencing: Fencing };
  readonly clock: Clock;
  inspect(name: string): Promise<LockState>;
  breakLock(name: string, target: BreakTarget): Promise<boolean>;
  ping(): Promise<void>;
  doctor(): Promise<readonly Finding[]>;
}

/**
 * Redlock: one lock over several independent Redis servers, held by whoever has the votes of more than
 * half of them. It is core's `quorum` over a `redis` provider for each server.
 *
 * Nothing is sent before the first call. Bad options are a TypeError or RangeError, and then no client is
 * left with a listener of ours. Two members that are one server, or a server whose quorum is
 * configured otherwise, reject the first acquire with `CONFIG_INVALID`.
 */
export function redlock<const F extends boolean = true>(
  options: RedlockOptions & { readonly fencing?: F },
): RedlockProvider<F extends false ? "none" : "monotonic"> {
  const plan = redlockPlan(options);
  const members: LockProvider[] = [];
  try {
    for (const [index, member] of plan.members.entries()) members.push(memberAt(index, member));
    const provider = quorum(members, { ...plan.quorum, ...memberNamesOf(plan) } as {
      fencing?: true;
    });
    return provider as RedlockProvider<F extends false ? "none" : "monotonic">;
  } catch (error) {
    // Nothing was opened yet: what goes are the listeners on clients that were given.
    for (const member of members) void member[Symbol.asyncDispose]();
    throw error;
  }
}

/** Servers by their address, where it is known. */
function memberNamesOf({ members }: RedlockPlan): { memberNames?: readonly string[] } {
  const names = members.flatMap(({ url }) => (url === undefined ? [] : [memberName(url)]));
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (first === index) continue;
    throw new TypeError(
      `urls[${index}] leads to the same server as urls[${first}], ${name}; every server votes once`,
    );
  }
  return names.length === 0 ? {} : { memberNames: names };
}
