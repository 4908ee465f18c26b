import { AgentHost } from "../agent/agent-host.ts";
import type { LockSight } from "../agent/lock-sight.ts";
import { LockWatch } from "../agent/lock-watch.ts";
import type { Gap, Outcome } from "../method/outcome.ts";
import { type Plan, type PlanItem, sliceSeconds } from "../method/plan.ts";
import { runBench } from "../method/run-bench.ts";
import { durationText } from "../report/duration-text.ts";
import { describeMachine } from "../report/machine.ts";
import type { Progress } from "../report/progress.ts";
import type { Report } from "../report/report.ts";
import { describeVersions } from "../report/versions.ts";
import { CorePinning } from "../server/core-pinning.ts";
import { type Cleaning, GivenServers } from "../server/given-servers.ts";
import { redacted } from "../server/redaction.ts";
import type { RunServers } from "../server/run-servers.ts";
import { Servers } from "../server/servers.ts";
import type { ServerUrl } from "./server-url.ts";

/** What a run measured, and where. */
export type Measured = Omit<Report, "notForGating" | "flags" | "gates" | "comparison">;

/** What ends a run early, and what is told how far it is. */
export interface RunControl {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told after each variant what was measured so far. */
  readonly onPart: (soFar: Measured) => void;
  /** Told again and again which locks are held and waited for. To look at them costs, and is in the figures. */
  readonly onLocks?: (locks: readonly LockSight[]) => void;
}

const WHY_NOT_DESTRUCTIVE =
  "kills or stops servers, which only those that the run starts itself may suffer: leave out --url";

const NOT_CLEANED: Cleaning = { keysRemoved: 0, failures: [] };

/**
 * Carries out the plan on servers of its own, or on those that were given. Whatever it started has ended
 * by the end, and whatever it wrote to given servers is gone. Throws an `UnreachableError` when a given
 * server does not answer.
 */
export async function measure(
  plan: Plan,
  urls: readonly ServerUrl[],
  control: RunControl,
): Promise<Measured> {
  const pinning = CorePinning.find();
  if (urls.length > 0) return measureOnGiven(plan, { pinning, urls }, control);
  const needed = plan.items
    .filter(({ scenario }) => scenario.usesServer)
    .flatMap(({ strategies }) => strategies);
  const say = (what: string): void => control.progress.say(what);
  const servers = await Servers.start(needed, pinning, say);
  return measureOn(plan, { pinning, servers }, control);
}

async function measureOnGiven(
  plan: Plan,
  { pinning, urls }: { readonly pinning: CorePinning; readonly urls: readonly ServerUrl[] },
  control: RunControl,
): Promise<Measured> {
  const servers = await GivenServers.reach(urls);
  const { namePrefix } = servers;
  control.progress.say(`keys of this run contain ${namePrefix}`);
  const items = plan.items.filter(({ scenario }) => scenario.destructive !== true);
  const omitted = plan.items.filter((item) => !items.includes(item)).flatMap(gapsOf);
  const secrets = urls.map(({ url }) => url);
  const noted = (measured: Measured, cleaning: Cleaning): Measured => ({
    ...measured,
    givenServers: { urls: urls.map(({ shown }) => shown), namePrefix, ...cleaning },
    notMeasured: [
      ...measured.notMeasured.map((gap) => ({ ...gap, why: redacted(gap.why, secrets) })),
      ...omitted,
    ],
  });
  const onPart = (soFar: Measured): void => control.onPart(noted(soFar, NOT_CLEANED));
  let cleaning: Cleaning | undefined;
  let measured: Measured;
  try {
    measured = await measureOn({ ...plan, items }, { pinning, servers }, { ...control, onPart });
  } finally {
    cleaning = await servers.clean();
  }
  return noted(measured, cleaning);
}

function gapsOf({ scenario, variant, strategies }: PlanItem): readonly Gap[] {
  return strategies.map((strategy) => ({
    strategy: strategy.id,
    scenario: scenario.id,
    variant: variant.title,
    kind: "absent",
    why: WHY_NOT_DESTRUCTIVE,
  }));
}

interface Ground {
  readonly pinning: CorePinning;
  readonly servers: RunServers;
}

async function measureOn(
  plan: Plan,
  { pinning, servers }: Ground,
  { signal, progress, onPart, onLocks }: RunControl,
): Promise<Measured> {
  progress.say(`at least ${durationText(sliceSeconds(plan))}: the sum of all slices`);
  const machine = describeMachine(pinning.core, servers.pinned);
  const strategies = plan.items.flatMap((item) => item.strategies);
  const versions = await describeVersions(servers.versions, strategies);
  const startedAt = new Date().toISOString();
  const measuredBy = (outcome: Outcome, complete: boolean): Measured => {
    const { results, controls: noise, cannot, gaps: notMeasured } = outcome;
    return { startedAt, machine, versions, complete, results, noise, cannot, notMeasured };
  };
  const host = new AgentHost(pinning, servers, { watch: onLocks !== undefined });
  using _watch = onLocks && new LockWatch(host, onLocks);
  const killAllNow = (): void => host.killAllNow();
  const killAll = (): void => void host.killAll();
  process.once("exit", killAllNow);
  signal.addEventListener("abort", killAll, { once: true });
  try {
    const outcome = await runBench(plan, {
      host,
      signal,
      listener: progress,
      onPart: (soFar) => onPart(measuredBy(soFar, false)),
    });
    return measuredBy(outcome, !signal.aborted);
  } finally {
    await host.killAll();
    await stopped(servers, progress);
    process.off("exit", killAllNow);
  }
}

/** A server that does not end is worth a line, and not the results. */
async function stopped(servers: RunServers, progress: Progress): Promise<void> {
  try {
    await servers.stop();
  } catch (error) {
    progress.say(`a server could not be stopped: ${String(error)}`);
  }
}
