import { type ClockTraits, HostClock } from "./host-clock.ts";
import { NS_PER_MS } from "./nanoseconds.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** What woke a machine's loop. */
export type TaskKind = "timer" | "message";

interface Task {
  readonly kind: TaskKind;
  readonly run: () => void;
}

/** What every machine needs of its world. */
export interface HostParts {
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** The machines' own stream: lateness of timers, order after a pause. */
  readonly random: RandomStream;
}

/** Time between two tasks that waited for the loop. */
const TASK_NS_MAX = 20_000;

/**
 * One machine with one process on it: a client or a server. It runs one task at a time, in the order in
 * which they came; while it is paused, stalled or asleep they wait. When it is dead nothing reaches it.
 */
export class Host {
  readonly name: string;
  readonly clock: HostClock;
  readonly #parts: HostParts;
  #waiting: Task[] = [];
  #isPaused = false;
  #isAsleep = false;
  #isDead = false;
  /** A blocked loop, or the work through what had to wait, goes on until then. */
  #busyUntilNs = 0;
  /** Since when it has run without a break. */
  #runningSinceNs = 0;
  #sleepCount = 0;

  constructor(name: string, traits: ClockTraits, parts: HostParts) {
    this.name = name;
    this.#parts = parts;
    this.clock = new HostClock(traits, { ...parts, host: this });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** False while it is paused, asleep, stalled or dead. */
  get isRunning(): boolean {
    if (this.#isDead || this.#isPaused || this.#isAsleep) return false;
    return this.#waiting.length === 0 && this.#parts.scheduler.nowNs >= this.#busyUntilNs;
  }

  /** For how long it has been running and doing what comes at once; 0 while it does not. */
  get runningForNs(): number {
    return this.isRunning ? this.#parts.scheduler.nowNs - this.#runningSinceNs : 0;
  }

  /** How often it has slept so far. */
  get sleepCount(): number {
    return this.#sleepCount;
  }

  receive(kind: TaskKind, run: () => void): void {
    if (this.#isDead) return;
    if (this.isRunning) run();
    else this.#waiting.push({ kind, run });
  }

  /** The running task goes on by itself for so long, as a busy loop does: to be called by it alone. */
  stall(durationNs: number): void {
    this.#say(`stalls for ${durationNs / NS_PER_MS} ms`);
    this.clock.runAhead(durationNs);
    this.#parts.scheduler.onceSettled(() => this.#catchUp());
  }

  pause(): void {
    this.#say("is paused");
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#say("goes on");
    this.#isPaused = false;
    this.#wake();
  }

  sleep(): void {
    this.#say("falls asleep");
    this.#isAsleep = true;
    this.#sleepCount += 1;
    this.clock.suspend();
  }

  wakeUp(): void {
    if (!this.#isAsleep) return;
    this.#say("wakes up");
    this.#isAsleep = false;
    this.clock.resume();
    this.#wake();
  }

  die(): void {
    this.#say("dies");
    this.#isDead = true;
    this.#waiting = [];
    this.clock.clear();
  }

  #say(what: string): void {
    this.#parts.trace.add(this.name, what);
  }

  /** The world catches up with code that ran ahead of it: until then nothing reaches this machine. */
  #catchUp(): void {
    const aheadNs = this.clock.catchUp();
    if (aheadNs === 0) return;
    const { scheduler } = this.#parts;
    this.#busyUntilNs = Math.max(this.#busyUntilNs, scheduler.nowNs + aheadNs);
    this.#runningSinceNs = this.#busyUntilNs;
    scheduler.at(this.#busyUntilNs, () => this.#work());
  }

  /** Node serves timers first where it stood in the loop before them, else what came on sockets. */
  #wake(): void {
    const { scheduler, random } = this.#parts;
    this.#runningSinceNs = scheduler.nowNs;
    if (random.chance(0.5)) {
      const isTimer = ({ kind }: Task): boolean => kind === "timer";
      const timers = this.#waiting.filter(isTimer);
      this.#waiting = [...timers, ...this.#waiting.filter((task) => !isTimer(task))];
    }
    this.#work();
  }

  /** One task that waited, and the next a moment later. */
  #work(): void {
    if (this.#isDead || this.#isPaused || this.#isAsleep) return;
    const { scheduler, random } = this.#parts;
    if (scheduler.nowNs < this.#busyUntilNs) return;
    const task = this.#waiting.shift();
    if (task === undefined) return;
    this.#runningSinceNs = scheduler.nowNs;
    task.run();
    if (this.#waiting.length > 0) {
      scheduler.after(random.integer(1, TASK_NS_MAX), () => this.#work());
    }
  }
}
