import type { World } from "./world.ts";

/** No timer is shorter, so that what is due a rounding error too early is not due for ever. */
const TIMER_MS_MIN = 0.001;

const WALL_ERROR_MS = 40;

/** A process with its own clocks, which can be paused and killed. */
export class Process {
  readonly world: World;
  readonly name: string;
  /** How much its clocks count while a millisecond passes. */
  readonly #rate: number;
  #wallOffsetMs: number;
  #isAlive = true;
  #isPaused = false;
  #backlog: (() => void)[] = [];

  constructor(world: World, name: string, rate: number) {
    this.world = world;
    this.name = name;
    this.#rate = rate;
    this.#wallOffsetMs = world.between(-WALL_ERROR_MS, WALL_ERROR_MS);
  }

  monotonicMs(): number {
    return this.world.nowMs * this.#rate;
  }

  wallMs(): number {
    return 1e9 + this.monotonicMs() + this.#wallOffsetMs;
  }

  /** When its monotonic clock will say so, in true nanoseconds. */
  trueNs(monotonicMs: number): number {
    return Math.round((monotonicMs / this.#rate) * 1e6);
  }

  /** Calls back when its own clock has counted so much, or when it goes on after a pause. */
  after(delayMs: number, callback: () => void): void {
    const { world } = this;
    world.at(world.nowMs + Math.max(TIMER_MS_MIN, delayMs) / this.#rate, () => this.run(callback));
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Everything that a process does begins here. */
  run(callback: () => void): void {
    if (!this.#isAlive) return;
    if (this.#isPaused) this.#backlog.push(callback);
    else callback();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    // One after the other, each with all that follows from it, as an event loop would.
    for (const callback of backlog) this.world.at(this.world.nowMs, () => this.run(callback));
  }

  crash(): void {
    this.#isAlive = false;
  }

  jump(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }
}
