import { setTimeout as sleepMs } from "node:timers/promises";
import { hostUs } from "../host-clock.ts";
import type { LockClient } from "../strategy.ts";
import { acquirePatiently, type Claim } from "./acquire-patiently.ts";

/** Asks an agent to wait for the lock, or to give back the one that it has. */
export type TurnRequest =
  | (Claim & { readonly step: "acquire" })
  | { readonly step: "release"; readonly name: string };

/** The answer to `acquire`, in host time. */
export interface GrantReply {
  readonly grantedUs: number;
  /** Acquires that rejected before this one. */
  readonly failureCount: number;
}

/** The answer to `release`, in host time. */
export interface ReleaseReply {
  readonly calledUs: number;
  readonly releasedUs: number;
}

/** How long the releaser keeps still: its answer must not take the core from the next holder. */
const QUIET_MS = 5;

/** What each client of a process holds at the moment; a process of this scenario has one. */
const holdings = new WeakMap<LockClient, unknown>();

export function turnWork(
  client: LockClient,
  request: TurnRequest,
): Promise<GrantReply | ReleaseReply> {
  return request.step === "acquire" ? grantedTo(client, request) : releasedBy(client, request.name);
}

async function grantedTo(client: LockClient, claim: Claim): Promise<GrantReply> {
  const { holding, grantedUs, failureCount } = await acquirePatiently(client, claim);
  holdings.set(client, holding);
  return { grantedUs, failureCount };
}

async function releasedBy(client: LockClient, name: string): Promise<ReleaseReply> {
  const holding = holdings.get(client);
  holdings.delete(client);
  const calledUs = hostUs();
  await client.release(name, holding);
  const releasedUs = hostUs();
  await sleepMs(QUIET_MS);
  return { calledUs, releasedUs };
}
