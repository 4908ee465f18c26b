import type { Capabilities, LockProvider } from "@holdfast/core";
import type { Harness, HarnessFaults } from "./harness.ts";

/** The optional members of a provider whose presence a case may depend on. */
export type OptionalMember =
  | "onLoss"
  | "enqueue"
  | "watch"
  | "asMember"
  | "inspect"
  | "breakLock"
  | "ping"
  | "doctor";

/** What is known before any case runs; the only ground on which a case may be skipped. */
export interface Facts {
  readonly capabilities: Capabilities;
  /** The optional members that the provider has. */
  readonly members: ReadonlySet<OptionalMember>;
  /** The faults that the harness can cause. */
  readonly faults: ReadonlySet<keyof HarnessFaults>;
  /** The harness says how another process opens a client. */
  readonly child: boolean;
  /** The harness can list what is stored. */
  readonly leftovers: boolean;
}

const OPTIONAL_MEMBERS: readonly OptionalMember[] = [
  "onLoss",
  "enqueue",
  "watch",
  "asMember",
  "inspect",
  "breakLock",
  "ping",
  "doctor",
];

/** Reads the facts off an opened provider and its harness. */
export function readFacts(provider: LockProvider, harness: Harness): Facts {
  const faults = harness.faults ?? {};
  return {
    capabilities: provider.capabilities,
    members: new Set(OPTIONAL_MEMBERS.filter((member) => provider[member] !== undefined)),
    faults: new Set(
      (Object.keys(faults) as (keyof HarnessFaults)[]).filter((key) => faults[key] !== undefined),
    ),
    child: harness.child !== undefined,
    leftovers: harness.leftovers !== undefined,
  };
}
