import type { TrackedHolding } from "./tracked-holding.ts";
import type { WorkerHost } from "./worker-host.ts";

/** How long a turn lasts, as a share of the ttl, and how often it writes meanwhile. */
interface Pace {
  readonly shareMax: number;
  readonly writeCount: number;
}

const QUICK: Pace = { shareMax: 0.005, writeCount: 1 };
const SLOW: Pace = { shareMax: 0.5, writeCount: 3 };
/** Longer than the ttl: only renewals keep it. */
const OVERLONG: Pace = { shareMax: 2, writeCount: 4 };
const QUICK_CHANCE = 0.9;
const OVERLONG_CHANCE = 0.3;
const RENEW_CHANCE = 0.2;

interface Circumstances {
  readonly host: WorkerHost;
  readonly ttlMs: number;
  readonly isRenewed: boolean;
}

/** What a program does under a lock: waits a while, looks whether it still has it, and adds to the resource. */
export async function work(
  tracked: TrackedHolding,
  { host, ttlMs, isRenewed }: Circumstances,
): Promise<void> {
  const { shareMax, writeCount } = paceOf(host, isRenewed);
  for (let count = 0; count < writeCount && !tracked.isOver && !host.isClosing; count += 1) {
    await host.sleep((host.random.fraction() * shareMax * ttlMs) / writeCount);
    if (shareMax >= SLOW.shareMax && host.random.chance(RENEW_CHANCE)) await renew(tracked);
    if (!host.isClosing) await add(tracked, host);
  }
}

function paceOf({ random }: WorkerHost, isRenewed: boolean): Pace {
  if (random.chance(QUICK_CHANCE)) return QUICK;
  return isRenewed && random.chance(OVERLONG_CHANCE) ? OVERLONG : SLOW;
}

async function renew(tracked: TrackedHolding): Promise<void> {
  if (!tracked.isOver) await tracked.holding.renew?.();
}

/** Adds one by reading and writing: another holder in between would be lost. */
async function add(tracked: TrackedHolding, host: WorkerHost): Promise<void> {
  const { recorder, resource } = host;
  if (!mayWrite(tracked, host)) return;
  const { facts, token } = tracked;
  const { name } = facts;
  const proof = token === undefined ? {} : { token };
  recorder.record({ ...facts, operation: "read", phase: "invoke", ...proof });
  const read = await resource.ask({ name, ...proof });
  const phase = read.isAccepted ? "ok" : "fail";
  recorder.record({ ...facts, operation: "read", phase, value: read.value });
  if (!read.isAccepted || !mayWrite(tracked, host)) return;
  recorder.record({ ...facts, operation: "write", phase: "invoke", ...proof });
  const write = await resource.ask({ name, ...proof, value: read.value + 1 });
  recorder.record({
    ...facts,
    operation: "write",
    phase: write.isAccepted ? "ok" : "fail",
    ...proof,
  });
}

function mayWrite(tracked: TrackedHolding, { blame }: WorkerHost): boolean {
  const answer = tracked.mayWrite();
  if (tracked.isUntold) blame("untold", `${tracked.facts.hold} had to ask to learn of its loss`);
  return answer;
}
