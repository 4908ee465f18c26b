import { setTimeout as sleepMs } from "node:timers/promises";
import { hostUs } from "../host-clock.ts";
import type { LockClient } from "../strategy.ts";

/** Asks an agent to wait for the lock, or to give back the one that it has. */
export type HandoffRequest =
  | { readonly step: "acquire"; readonly name: string; readonly untilUs: number }
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

/** Pause after an acquire that failed, so that a fault does not become a busy loop. */
const FAILURE_PAUSE_MS = 10;
/** How long the releaser keeps still: its answer must not take the core from the next holder. */
const QUIET_MS = 5;

/** What each client of a process holds at the moment; a process of this scenario has one. */
const holdings = new WeakMap<LockClient, unknown>();

export function handoffWork(
  client: LockClient,
  request: HandoffRequest,
): Promise<GrantReply | ReleaseReply> {
  return request.step === "acquire"
    ? grantedTo(client, request.name, request.untilUs)
    : releasedBy(client, request.name);
}

/** Waits until granted. A library that gives up is asked again, until the end of the slice. */
async function grantedTo(client: LockClient, name: string, untilUs: number): Promise<GrantReply> {
  for (let failureCount = 0; ; failureCount += 1) {
    try {
      const holding = await client.acquire(name);
      const grantedUs = hostUs();
      holdings.set(client, holding);
      return { grantedUs, failureCount };
    } catch (error) {
      if (hostUs() > untilUs) throw error;
      await sleepMs(FAILURE_PAUSE_MS);
    }
  }
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
