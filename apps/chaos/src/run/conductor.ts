import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "@holdfast/command-line";
import { FileRecorder, type HostClock, hostClock } from "@holdfast/history";
import { faults as knownFaults } from "../faults.ts";
import type { Ground } from "../ground.ts";
import { RandomStream } from "../random-stream.ts";
import { ResourceServer } from "../resource/resource-server.ts";
import type { Subject } from "../subject.ts";
import { UnavailableError } from "../unavailable-error.ts";
import { wordsOf } from "../words-of.ts";
import { findSubject } from "../worker/find-subject.ts";
import type { WorkerPlan } from "../worker/worker-plan.ts";
import { type Bounds, bounds } from "./bounds.ts";
import { Calm } from "./calm.ts";
import { checkRun } from "./check-run.ts";
import { type Choice, chooseFaults } from "./choose-faults.ts";
import type { Blame, Problem } from "./problem.ts";
import { ProcessFleet } from "./process-fleet.ts";
import { readRun } from "./read-run.ts";
import type { RunListener, RunRequest } from "./run-request.ts";
import type { Finished, RunResult } from "./run-result.ts";
import { Storm } from "./storm.ts";
import { WorkerProcess } from "./worker-process.ts";

const NAMES: readonly string[] = ["orders", "reports", "billing/eu", "billing/us", "mail"];
const CLIENT_COUNT = 2;
const THREAD_COUNT = 2;
/** Faults come in storms. */
const STORM_MS = 30_000;
const UPDATE_EVERY_MS = 250;
const LEFTOVERS_EVERY_MS = 200;
/** Beside the time in which it waits for names. */
const PROBE_MS_MAX = 60_000;
const MS_PER_MINUTE = 60_000;
const NS_PER_MINUTE = MS_PER_MINUTE * 1e6;
/** More of one rule only repeats the first; a peer may have hundreds, which are counted. */
const SAID_PER_RULE_MAX = 20;
const PROBLEMS_PER_RULE_MAX = 10_000;

interface Parts {
  readonly request: RunRequest;
  readonly subject: Subject;
  readonly ground: Ground;
  readonly folder: string;
  readonly clock: HostClock;
  readonly recorder: FileRecorder;
  readonly resource: ResourceServer;
  readonly resourcePath: string;
  readonly signal: AbortSignal;
  readonly listener: RunListener;
}

/** Runs one subject on one ground under faults, and checks what its holders saw. */
export class Conductor {
  readonly #parts: Parts;
  readonly #bounds: Bounds;
  readonly #problems: Problem[] = [];
  readonly #fleet: ProcessFleet;
  readonly #storm: Storm;
  readonly #choice: Choice;
  readonly #startedMs: number = performance.now();
  /** How long there were turns. */
  #turnsNs = 0;
  #brokenOff: string | undefined;

  private constructor(parts: Parts) {
    const { request, subject, ground, recorder, signal, clock } = parts;
    this.#parts = parts;
    this.#bounds = bounds[ground.backend];
    this.#choice = chooseFaults(ground, subject, { known: knownFaults, asked: request.faults });
    this.#fleet = new ProcessFleet({
      size: request.processCount,
      planOf: (process) => this.#planOf(process, "work"),
      env: clock.env,
      recorder,
      blame: this.#blame,
      signal,
    });
    const ttlMsMax = Math.max(...this.#bounds.ttlsMs);
    const scene = { ground, fleet: this.#fleet, ttlMsMax, signal };
    const { faults } = this.#choice;
    this.#storm = new Storm({ seed: request.seed, faults, scene, recorder });
  }

  /** Everything that it starts has ended when it resolves. When `signal` aborts, the run ends early. */
  static async run(
    request: RunRequest,
    signal: AbortSignal,
    listener: RunListener,
  ): Promise<Finished> {
    const subject = await subjectOf(request);
    listener.say(`starting ${request.ground.about}`);
    await using ground = await startGround(request);
    const folder = await folderOf(request);
    const resourceFolder = await mkdtemp(path.join(tmpdir(), "holdfast-chaos-"));
    const resourcePath = path.join(resourceFolder, "resource.sock");
    // Also when the run fails: then it is needed most.
    let isKept = true;
    try {
      await using resource = await ResourceServer.start(resourcePath);
      const clock = hostClock({});
      using recorder = new FileRecorder(path.join(folder, "chaos.jsonl"), clock.nowNs);
      const parts = { request, subject, ground, folder, clock, recorder, resource, resourcePath };
      const finished = await new Conductor({ ...parts, signal, listener }).#conduct();
      isKept = finished.result.historyFolder !== undefined;
      return finished;
    } catch (error) {
      throw new Error(`the run failed; its history is in ${folder}`, { cause: error });
    } finally {
      await rm(resourceFolder, { recursive: true, force: true });
      if (!isKept) await rm(folder, { recursive: true, force: true });
    }
  }

  async #conduct(): Promise<Finished> {
    const { request, signal, listener, clock } = this.#parts;
    const ticker = setInterval(() => this.#tell(), UPDATE_EVERY_MS);
    signal.addEventListener("abort", () => this.#recordEnd(), { once: true });
    try {
      await this.#fleet.ready();
      const firstTurnNs = clock.nowNs();
      await this.#rage(request.minutes * MS_PER_MINUTE).finally(() => {
        this.#turnsNs = clock.nowNs() - firstTurnNs;
      });
      listener.say("everything is mended; everybody ends");
      if (!signal.aborted) await this.#requireProgress();
      await this.#fleet.close();
      if (!signal.aborted) await this.#requireNothingLeft();
    } catch (error) {
      // Ctrl-C reaches the servers as well: what fails then is no news.
      if (!signal.aborted) this.#brokenOff = wordsOf(error);
      await this.#fleet.abandon();
    } finally {
      clearInterval(ticker);
    }
    listener.say("checking the history");
    return await this.#finish();
  }

  /** From now on nothing has to come in time: servers and processes end in any order. */
  #recordEnd(): void {
    const what = { process: "chaos", client: "", hold: "end", name: "", phase: "ok" } as const;
    this.#parts.recorder.record({ ...what, operation: "fault", detail: "ended early" });
  }

  /** Storms and calm by turns. It ends with calm, which takes half of a short run. */
  async #rage(durationMs: number): Promise<void> {
    const { request, ground, signal } = this.#parts;
    const random = new RandomStream(request.seed, "calm");
    const calm = new Calm({ fleet: this.#fleet, bounds: this.#bounds, random, signal });
    const endMs = performance.now() + durationMs;
    while (!signal.aborted && performance.now() < endMs) {
      const leftMs = endMs - performance.now();
      const stormMs = Math.min(STORM_MS, Math.max(leftMs - calm.nextMs, leftMs / 2));
      // A storm may last longer than it was to; what comes after it does not get shorter for that.
      const calmMs = Math.min(calm.nextMs, leftMs - stormMs);
      await this.#storm.rage(stormMs);
      await ground.ready();
      await calm.pass(calmMs);
    }
  }

  /** A process that comes now is given every name, while all others go on. */
  async #requireProgress(): Promise<void> {
    const { clock, signal } = this.#parts;
    const probe = new WorkerProcess(this.#planOf("probe", "probe"), {
      env: clock.env,
      onReport: (report) => {
        if (report.kind === "problem" && !signal.aborted) this.#blame(report.rule, report.message);
      },
    });
    const limitMs = NAMES.length * this.#bounds.progressMs + PROBE_MS_MAX;
    const kill = (): void => probe.signal("SIGKILL");
    const timer = setTimeout(kill, limitMs);
    signal.addEventListener("abort", kill, { once: true });
    const { code, signal: by, stderr } = await probe.ended;
    clearTimeout(timer);
    signal.removeEventListener("abort", kill);
    if (code === 0 || signal.aborted) return;
    this.#blame(
      "progress",
      `the probe ended with ${code ?? by} (killed after ${limitMs} ms): ${stderr}`,
    );
  }

  /** Leases of those who were killed end by themselves; what is still there afterwards stays. */
  async #requireNothingLeft(): Promise<void> {
    const { ground, recorder } = this.#parts;
    const untilMs = performance.now() + this.#bounds.leftoverMs;
    let left = await ground.leftovers();
    while (left.length > 0 && performance.now() < untilMs) {
      await sleep(LEFTOVERS_EVERY_MS);
      left = await ground.leftovers();
    }
    const who = { process: "chaos", client: "", hold: "", name: "", phase: "ok" } as const;
    for (const detail of left) recorder.record({ ...who, operation: "leftover", detail });
  }

  async #finish(): Promise<Finished> {
    const { request, subject, ground, folder, resource, signal } = this.#parts;
    const startedMs = performance.now();
    const history = await readRun(folder);
    const { counts, ...verdict } = checkRun(history, this.#bounds.check);
    const problems = [...this.#problems, ...verdict.problems];
    const isClean =
      problems.length + verdict.undecided.length === 0 && this.#brokenOff === undefined;
    const isKept = request.historyFolder !== undefined || !isClean;
    const result: RunResult = {
      backend: ground.backend,
      subject: request.subject,
      isFenced: subject.isFenced,
      seed: request.seed,
      askedFaults: request.faults?.map(({ id }) => id),
      plannedMinutes: request.minutes,
      minutes: this.#turnsNs / NS_PER_MINUTE,
      isComplete: !signal.aborted && this.#brokenOff === undefined,
      brokenOff: this.#brokenOff,
      processCount: request.processCount,
      names: NAMES,
      ttlsMs: this.#bounds.ttlsMs,
      counts: { ...counts, processes: this.#fleet.startCount },
      faults: this.#storm.inflicted,
      leftOut: this.#choice.leftOut,
      writes: resource.resource.tallies(),
      ...verdict,
      problems,
      checkSeconds: (performance.now() - startedMs) / 1_000,
      historyFolder: isKept ? folder : undefined,
    };
    return { result, history };
  }

  #planOf(process: string, role: WorkerPlan["role"]): WorkerPlan {
    const { request, ground, folder, resourcePath } = this.#parts;
    const { ttlsMs, progressMs } = this.#bounds;
    return {
      process,
      role,
      subject: request.subject,
      backend: ground.backend,
      urls: ground.urls,
      seed: request.seed,
      clientCount: CLIENT_COUNT,
      threadCount: THREAD_COUNT,
      names: NAMES,
      ttlsMs,
      resourcePath,
      historyFile: path.join(folder, `${process}.jsonl`),
      probeWaitMs: progressMs,
    };
  }

  readonly #blame: Blame = (rule, message) => {
    const before = this.#problems.filter((problem) => problem.rule === rule).length;
    if (before >= PROBLEMS_PER_RULE_MAX) return;
    this.#problems.push({ rule, name: "", message, events: [] });
    if (before < SAID_PER_RULE_MAX) this.#parts.listener.say(`${rule}: ${message}`);
  };

  #tell(): void {
    this.#parts.listener.update({
      elapsedMs: performance.now() - this.#startedMs,
      faultCount: this.#storm.inflicted.length,
      problemCount: this.#problems.length,
      underWay: [...this.#storm.underWay],
    });
  }
}

async function subjectOf(request: RunRequest): Promise<Subject> {
  const subject = await findSubject(request.subject);
  if (subject !== undefined) return subject;
  throw new UsageError(`${request.subject} exports no "subject"`);
}

async function startGround({ ground }: RunRequest): Promise<Ground> {
  try {
    return await ground.start();
  } catch (error) {
    throw new UnavailableError(wordsOf(error), { cause: error });
  }
}

async function folderOf({ historyFolder }: RunRequest): Promise<string> {
  if (historyFolder === undefined) return await mkdtemp(path.join(tmpdir(), "holdfast-chaos-"));
  await mkdir(historyFolder, { recursive: true });
  return historyFolder;
}
