import { setTimeout as sleep } from "node:timers/promises";
import type { Recorder } from "@holdfast/history";
import type { Crowd, Fleet } from "../fleet.ts";
import {
  BACKGROUND_EXIT_CODE,
  LEFTOVER_EXIT_CODE,
  UNCONNECTED_EXIT_CODE,
  type WorkerOrder,
  type WorkerReport,
} from "../worker/worker-message.ts";
import type { WorkerPlan } from "../worker/worker-plan.ts";
import type { Blame } from "./problem.ts";
import { type ProcessEnd, WorkerProcess } from "./worker-process.ts";

interface FleetOptions {
  readonly size: number;
  /** The plan of a process of that name. */
  readonly planOf: (process: string) => WorkerPlan;
  readonly env: Readonly<Record<string, string>>;
  readonly recorder: Recorder;
  readonly blame: Blame;
  /** Aborts when the run ends early. Then processes may end by the same Ctrl-C. */
  readonly signal: AbortSignal;
}

interface Place {
  process: WorkerProcess;
  /** What the run has done to it; what ends otherwise has ended by itself. */
  fate: "runs" | "killed" | "closes";
  isPaused: boolean;
}

/** Longer than clients try to connect to servers that are there. */
const READY_MS_MAX = 60_000;
/** Longer than its own bounds: a process that still runs then hangs. */
const CLOSE_MS_MAX = 30_000;
const RECONNECT_PAUSE_MS = 500;
/** How a process ends that was asked to close: by itself, or in a way that is told elsewhere. */
const GOOD_ENDS: ReadonlySet<number | string | null> = new Set([
  0,
  BACKGROUND_EXIT_CODE,
  LEFTOVER_EXIT_CODE,
  UNCONNECTED_EXIT_CODE,
  "SIGKILL",
]);

/** The worker processes of a run, each in its place; who has ended is replaced until the fleet closes. */
export class ProcessFleet implements Fleet {
  readonly #options: FleetOptions;
  readonly #places: Place[] = [];
  #startCount = 0;
  #ticketCount = 0;
  #isClosing = false;
  #isCalm = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    for (let index = 0; index < options.size; index += 1) this.#start(index);
  }

  get size(): number {
    return this.#options.size;
  }

  get names(): readonly string[] {
    return this.#at(0).process.plan.names;
  }

  /** How many processes there have been. */
  get startCount(): number {
    return this.#startCount;
  }

  /** Resolves when everybody is connected, or the run ends early. Rejects when somebody takes for ever. */
  async ready(): Promise<void> {
    const { signal } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(READY_MS_MAX)]);
    const over = new Promise<void>((resolve) => {
      if (limit.aborted) resolve();
      limit.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([over, Promise.all(this.#places.map(({ process }) => process.ready))]);
    if (limit.aborted && !signal.aborted) {
      throw new Error(`the workers had not connected after ${READY_MS_MAX} ms`);
    }
  }

  async kill(index: number): Promise<void> {
    const place = this.#at(index);
    if (place.fate === "runs") {
      place.fate = "killed";
      this.#record(place, "crash", "SIGKILL");
      place.process.signal("SIGKILL");
    }
    await place.process.ended;
  }

  /** SIGKILL as soon as it has a lock, and after `withinMs` in any case. Resolves when it is gone. */
  async killHolder(index: number, withinMs: number): Promise<void> {
    const place = this.#at(index);
    if (place.fate !== "runs") return;
    place.fate = "killed";
    place.process.send({ kind: "die" });
    const timer = setTimeout(() => {
      this.#record(place, "crash", "SIGKILL");
      place.process.signal("SIGKILL");
    }, withinMs);
    await place.process.ended;
    clearTimeout(timer);
  }

  pause(index: number): void {
    const place = this.#at(index);
    if (place.fate !== "runs" || place.isPaused) return;
    place.isPaused = true;
    this.#record(place, "pause", "SIGSTOP");
    place.process.signal("SIGSTOP");
  }

  resume(index: number): void {
    const place = this.#at(index);
    if (!place.isPaused) return;
    place.isPaused = false;
    place.process.signal("SIGCONT");
    this.#record(place, "resume");
  }

  async askToClose(index: number): Promise<void> {
    const place = this.#at(index);
    this.resume(index);
    await this.#close(place);
  }

  /** To all processes, also those that come: see {@link WorkerOrder}. */
  setCalm(isCalm: boolean): void {
    this.#isCalm = isCalm;
    for (const { process } of this.#places) process.send({ kind: "calm", isCalm });
  }

  stall(index: number, ms: number): void {
    this.#send(index, { kind: "stall", ms });
  }

  abort(index: number): void {
    this.#send(index, { kind: "abort" });
  }

  gather(index: number, crowd: Crowd): void {
    this.#send(index, { kind: "gather", crowd });
  }

  shiftWallClock(index: number, ms: number): void {
    this.#send(index, { kind: "shift-wall-clock", ms });
  }

  suspend(index: number, ms: number): void {
    this.#send(index, { kind: "suspend", ms });
  }

  /** Ends all of them, and replaces nobody any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const index of this.#places.keys()) this.resume(index);
    await Promise.all(this.#places.map((place) => this.#close(place)));
  }

  /** Ends all of them at once, for a run that has failed. */
  async abandon(): Promise<void> {
    this.#isClosing = true;
    for (const place of this.#places) {
      if (place.process.hasEnded) continue;
      place.fate = "killed";
      this.#record(place, "crash", "abandoned");
      place.process.signal("SIGKILL");
    }
    await Promise.all(this.#places.map(({ process }) => process.ended));
  }

  #start(index: number): void {
    const { planOf, env } = this.#options;
    this.#startCount += 1;
    const plan = planOf(`w${this.#startCount}`);
    const process = new WorkerProcess(plan, {
      env,
      onReport: (report) => this.#hear(index, report),
    });
    const place: Place = { process, fate: "runs", isPaused: false };
    this.#places[index] = place;
    void process.ready.then(() => process.send({ kind: "calm", isCalm: this.#isCalm }));
    void this.#replaceWhenEnded(index, place);
  }

  async #replaceWhenEnded(index: number, place: Place): Promise<void> {
    const end = await place.process.ended;
    await this.#judge(place, end);
    if (!this.#isClosing) this.#start(index);
  }

  /** An end that nobody ordered is a violation. */
  async #judge(place: Place, { code, signal, stderr }: ProcessEnd): Promise<void> {
    const { blame, signal: ended } = this.#options;
    const name = place.process.plan.process;
    if (code === LEFTOVER_EXIT_CODE)
      blame("leaks", `process ${name} had closed, and kept ${stderr}`);
    if (place.fate === "closes" && !GOOD_ENDS.has(code ?? signal) && !ended.aborted)
      blame("background", `process ${name} ended with ${code ?? signal} as it closed: ${stderr}`);
    if (place.fate !== "runs") return;
    // Nobody saw when it began to end; by now it relies on nothing any more.
    this.#record(place, "crash", "ended by itself");
    if (code === UNCONNECTED_EXIT_CODE) {
      await sleep(RECONNECT_PAUSE_MS);
    } else if (code !== BACKGROUND_EXIT_CODE && !ended.aborted) {
      blame("background", `process ${name} ended by itself: ${signal ?? code} ${stderr}`);
    }
  }

  async #close(place: Place): Promise<void> {
    const timer = setTimeout(() => this.#giveUp(place), CLOSE_MS_MAX);
    await place.process.ready;
    if (place.fate === "runs") {
      place.fate = "closes";
      place.process.signal("SIGTERM");
    }
    await place.process.ended;
    clearTimeout(timer);
  }

  #giveUp(place: Place): void {
    const { process } = place.process.plan;
    this.#options.blame("close", `process ${process} had not closed after ${CLOSE_MS_MAX} ms`);
    place.fate = "killed";
    this.#record(place, "crash", "did not close");
    place.process.signal("SIGKILL");
  }

  #hear(index: number, report: WorkerReport): void {
    if (report.kind === "problem") this.#options.blame(report.rule, report.message);
    if (report.kind === "problem" && report.rule === "hang") void this.kill(index);
    if (report.kind !== "ticket") return;
    // To the neighbours in turn, so that some of them go to the process they come from.
    this.#ticketCount += 1;
    const { ticket } = report;
    this.#send((index + this.#ticketCount) % this.size, { kind: "ticket", ticket });
  }

  #send(index: number, order: WorkerOrder): void {
    this.#at(index).process.send(order);
  }

  #at(index: number): Place {
    const place = this.#places[index];
    if (place === undefined) throw new RangeError(`there is no worker ${index}`);
    return place;
  }

  #record(place: Place, operation: "crash" | "pause" | "resume", detail?: string): void {
    const { process } = place.process.plan;
    const who = { process, client: "", hold: "", name: "", phase: "ok" } as const;
    this.#options.recorder.record({
      ...who,
      operation,
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
