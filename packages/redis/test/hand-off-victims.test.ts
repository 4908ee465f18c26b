import { readFileSync } from "node:fs";
import { checkAll, type HistoryEvent, hostClock, textReport } from "@holdfast/history";
import { until } from "@holdfast/test-servers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandOffProcess } from "./hand-off-process.ts";
import { type Actor, Scene } from "./hand-off-scene.ts";
import { reach } from "./hand-off-steps.ts";
import {
  type Bound,
  boundOf,
  isFrom,
  type Step,
  steps,
  tableRows,
  type Victim,
  victims,
} from "./hand-off-table.ts";

/** Generous for a busy machine. */
const LATE_MS = 1_000;
const TTL_MS = 2_000;
/** Where a claim is in the way, the ttl is so long that the one is not mistaken for the other. */
const LONG_TTL_MS = 6_000;
const CLAIM_MS_MAX = 3_000;
const BACK_MS = 2_000;
/** A queue that nobody touches is gone by then, and so is whatever is claimed from it. */
const EMPTY_MS = 12_000 + CLAIM_MS_MAX + LATE_MS;
/** Each cell has a bound of its own; these are for everything before and after. */
const HISTORY_BOUNDS = {
  noticeMs: LATE_MS,
  wakeUpMs: 10_000,
  handOffMs: 10_000,
  crashHandOffMs: 10_000,
  deliveryMs: 5_000,
  settleMs: 5_000,
} as const;

const clock = hostClock();
let bystanders: HandOffProcess;

beforeAll(async () => {
  bystanders = await HandOffProcess.start(clock.env);
});
afterAll(() => bystanders.kill());

/** Strikes; resolves when the fault is there. Undoing it is `mend`'s. */
async function strike(scene: Scene, victim: Victim): Promise<void> {
  const { holder, first, server } = scene;
  switch (victim) {
    case "holder killed":
      return await holder.kill();
    case "holder stopped":
      return holder.stop();
    case "first waiter killed":
      return await first.kill();
    case "first waiter stopped":
      return first.stop();
    case "Redis stopped":
      scene.fault("fault", "redis");
      return await server.pause();
    default:
      scene.fault("fault", "redis");
      return await server.kill();
  }
}

/** Brings Redis back: what was stopped after a ttl, what was killed at once. */
async function mendRedis(scene: Scene, { victim, ttlMs }: Plan): Promise<void> {
  if (victim === "Redis stopped") {
    await passed(ttlMs, performance.now());
    await scene.server.resume();
  } else {
    await scene.server.restart({ keepData: true });
  }
  scene.fault("heal", "redis");
}

/** A stop lasts for longer than the lock. */
function passed(ttlMs: number, sinceMs: number): Promise<void> {
  return until("a ttl has passed", () => performance.now() - sinceMs > ttlMs + 100);
}

/** Lets everything go that a step held on the network. */
async function thaw({ holder, first }: Scene): Promise<void> {
  for (const { proxy } of [holder, first]) await proxy.heal();
}

/** Who plays which part when that victim is struck at that step. */
class Plan {
  readonly step: Step;
  readonly victim: Victim;

  constructor(step: Step, victim: Victim) {
    this.step = step;
    this.victim = victim;
  }

  get isHolder(): boolean {
    return this.victim.startsWith("holder");
  }

  get isFirst(): boolean {
    return this.victim.startsWith("first");
  }

  get isRedis(): boolean {
    return this.victim.startsWith("Redis");
  }

  get bound(): Bound {
    return boundOf(this.step, this.victim);
  }

  get ttlMs(): number {
    return this.bound === "claim + 0.1 s" ? LONG_TTL_MS : TTL_MS;
  }

  get boundMs(): number {
    const boundsMs: Readonly<Record<Bound, number>> = {
      "at once": 0,
      "claim + 0.1 s": CLAIM_MS_MAX + 100,
      "ttl + 0.1 s": this.ttlMs + 100,
      "back + 2 s": BACK_MS,
    };
    return boundsMs[this.bound];
  }

  /** The process of a first waiter that has not run is stopped to bring that about. */
  get isHarmed(): { readonly holder: boolean; readonly first: boolean } {
    const isHeldUp = this.step === "message delivered, the waiter has not run";
    return { holder: this.isHolder, first: this.isFirst || isHeldUp };
  }

  /** The server forgets the lock, the queue and the fence counter. */
  get isLoss(): boolean {
    return this.victim === "Redis killed, loses all";
  }

  /** The holder has not asked for its release yet. */
  get isKept(): boolean {
    return !isFrom("release sent", this.step);
  }

  /** The second waiter has not come yet. */
  get isAlone(): boolean {
    return !isFrom("both wait", this.step);
  }

  /** The first waiter was told of its grant before the fault. */
  get isGranted(): boolean {
    return isFrom("claim running, nothing renewed", this.step);
  }

  /** The release of a holder that is away arrives when its lock has another holder. */
  get isLate(): boolean {
    return this.isHolder && this.step === "release sent";
  }

  /** Who may be the next to be granted the lock, or was just before. */
  candidates({ first, second }: Scene): readonly Actor[] {
    const isGone = this.isFirst || (this.isRedis && this.isGranted);
    return isGone ? [second] : [first, second];
  }

  /** Who waits still when `successor` has been granted the lock. */
  others({ first, second }: Scene, successor: Actor): readonly Actor[] {
    return [first, second].filter((actor) => {
      return actor !== successor && !actor.isDead && !(actor === first && this.isGranted);
    });
  }
}

/** Does the harm and what follows from it. Returns since when the lock is there to be granted. */
async function harm(scene: Scene, plan: Plan): Promise<number> {
  const { holder, first } = scene;
  await strike(scene, plan.victim);
  let sinceMs = performance.now();
  if (!plan.isLate) await thaw(scene);
  // Who was stopped only to bring about the step goes on.
  if (!plan.isFirst) first.resume();
  if (plan.isRedis) {
    await mendRedis(scene, plan);
    sinceMs = performance.now();
  }
  if (plan.isAlone) await secondComes(scene, plan);
  // What Redis forgot needs no release, and its holder is to find out by itself.
  if (plan.isLoss) return sinceMs;
  if (plan.isKept && !plan.isHolder) {
    sinceMs = performance.now();
    void holder.ask("release");
  }
  if (plan.isGranted && plan.isRedis) void first.ask("release");
  return sinceMs;
}

/** Behind a first waiter that is gone the second has to be, for its place to be in the way. */
async function secondComes(scene: Scene, plan: Plan): Promise<void> {
  if (plan.isFirst) await scene.isQueued(1);
  void scene.second.acquire();
  if (plan.isFirst) await scene.isQueued(2);
}

/** Whoever comes back while another holds the lock is told that it has lost it, or waits on. */
async function comeBack(scene: Scene, plan: Plan, struckMs: number): Promise<void> {
  const { holder, first } = scene;
  const victim = [holder, first].find(({ isStopped }) => isStopped);
  if (victim === undefined) return;
  await passed(plan.ttlMs, struckMs);
  const told = victim.ask("check");
  victim.resume();
  const held = plan.isHolder ? plan.isKept : plan.isGranted;
  if (held) expect((await told).assertValid).toBe("LEASE_LOST");
}

/** The lock goes to everybody who waits, and everybody leaves. */
async function goRound(scene: Scene, plan: Plan, successor: Actor): Promise<void> {
  await successor.ask("release");
  for (const actor of plan.others(scene, successor)) {
    const releasedMs = performance.now();
    await actor.grant;
    const tookMs = performance.now() - releasedMs;
    expect(tookMs, `until ${actor.user} has it`).toBeLessThan(BACK_MS + LATE_MS);
    expect((await actor.ask("release")).outcome).toBe("released");
  }
  const { holder, first, second } = scene;
  const living = [holder, first, second].filter(({ isDead }) => !isDead);
  await Promise.all(living.map((actor) => actor.ask("close")));
}

/** Where Redis forgot a lock its holder believes in it until its next renewal; nothing else may be wrong. */
function problemsIn(history: readonly HistoryEvent[], { isLoss }: Plan): readonly string[] {
  const isExcused = (checker: string): boolean =>
    isLoss && (checker === "exclusion" || checker === "linearizability");
  const problems = checkAll(history, HISTORY_BOUNDS);
  return problems.filter(({ checker }) => !isExcused(checker)).map((each) => textReport([each]));
}

test("docs/hand-off.md has the cells that are tested here, and no others", () => {
  const page = readFileSync(new URL("../../../docs/hand-off.md", import.meta.url), "utf8");
  const table = page.split("\n\n").find((block) => block.startsWith("| step ")) ?? "";
  const [header, , ...rows] = table.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  expect(header).toBe(`| step | ${victims.join(" | ")} |`);
  expect(rows).toEqual(tableRows());
});

describe.concurrent.each(victims)("G-01 G-04 G-07 G-08 %s", (victim) => {
  test.each(steps)("at: %s", { timeout: 45_000 }, async (step) => {
    const [row, column] = [steps.indexOf(step), victims.indexOf(victim)];
    const plan = new Plan(step, victim);
    await using scene = await Scene.open({
      name: `cell-${row}-${column}`,
      // Each driver has every other cell.
      driver: (row + column) % 2 === 0 ? "ioredis" : "redis",
      persistence: plan.isLoss ? "none" : "always",
      ttlMs: plan.ttlMs,
      bystanders,
      isHarmed: plan.isHarmed,
      clock,
    });
    await scene.holder.acquire();
    await reach[step](scene);
    const struckMs = performance.now();
    const sinceMs = await harm(scene, plan);
    const granted = plan.candidates(scene).map((actor) => actor.grant.then(() => actor));
    const successor = await Promise.race(granted);
    const tookMs = performance.now() - sinceMs;
    expect(tookMs, `until ${successor.user} has it`).toBeLessThan(plan.boundMs + LATE_MS);
    if (plan.isLate) await thaw(scene);
    await comeBack(scene, plan, struckMs);
    await goRound(scene, plan, successor);
    await until("nothing is left", async () => (await scene.leftovers()).length === 0, EMPTY_MS);
    expect(problemsIn(await scene.history(), plan)).toEqual([]);
  });
});
