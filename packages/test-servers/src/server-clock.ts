import { closeSync, openSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { clockShim } from "./clock-shim.ts";

const NS_PER_MS = 1e6;
const PPM = 1e6;
/** The version, and what it is the version of. */
const NUMBER_BYTES = 8;
const VERSION_AT = 0;
const CLOCK_AT = NUMBER_BYTES;
const RATE_PPM_MAX = 1e6;

let clockCount = 0;

/**
 * A wall clock that can be moved while a server runs: `startRedis({ clock })`, or any process of this
 * machine started with `environment`, sees it instead of the true one. Monotonic clocks, timers and
 * sleeps stay true.
 *
 * Needs `clockShim().available`; the constructor throws the explanation otherwise.
 */
export class ServerClock implements Disposable {
  /** What a process is started with. */
  readonly environment: Readonly<Record<"LD_PRELOAD" | "HOLDFAST_CLOCK_FILE", string>>;
  readonly #path: string;
  readonly #file: number;
  #version = 0n;
  #sinceMs = Date.now();
  #offsetMs = 0;
  #ratePpm = 0;

  constructor() {
    const shim = clockShim();
    if (!shim.available) throw new Error(shim.explanation);
    clockCount += 1;
    this.#path = join(shim.folder, `clock-${clockCount}`);
    this.#file = openSync(this.#path, "wx", 0o644);
    this.#write();
    this.environment = { LD_PRELOAD: shim.library, HOLDFAST_CLOCK_FILE: this.#path };
  }

  /** How far the clock is ahead of the true one now; negative when it is behind. */
  get offsetMs(): number {
    return this.#offsetAt(Date.now());
  }

  /** Steps forward, or back where `byMs` is negative. */
  jump(byMs: number): void {
    if (!Number.isFinite(byMs)) throw new RangeError(`byMs is ${byMs}, wanted a number`);
    this.#set(this.offsetMs + byMs, this.#ratePpm);
  }

  /**
   * Runs faster than the true clock by so many parts in a million from now on, slower where it is
   * negative; 0 is the true rate. What it is off by already stays.
   */
  run(ratePpm: number): void {
    if (!(Math.abs(ratePpm) < RATE_PPM_MAX)) {
      throw new RangeError(`ratePpm is ${ratePpm}, wanted less than ${RATE_PPM_MAX} either way`);
    }
    this.#set(this.offsetMs, ratePpm);
  }

  /** Makes it the true clock again: a jump, where it was off. */
  reset(): void {
    this.#set(0, 0);
  }

  /** Processes that see the clock go on with it as it is; no other may be started with it. */
  [Symbol.dispose](): void {
    closeSync(this.#file);
    unlinkSync(this.#path);
  }

  #offsetAt(nowMs: number): number {
    return this.#offsetMs + ((nowMs - this.#sinceMs) * this.#ratePpm) / PPM;
  }

  #set(offsetMs: number, ratePpm: number): void {
    this.#sinceMs = Date.now();
    this.#offsetMs = offsetMs;
    this.#ratePpm = ratePpm;
    this.#write();
  }

  /** An odd version tells a reader to look again; see clock-shim.c. */
  #write(): void {
    this.#put([this.#version + 1n], VERSION_AT);
    this.#put(
      [nanoseconds(this.#sinceMs), nanoseconds(this.#offsetMs), BigInt(Math.round(this.#ratePpm))],
      CLOCK_AT,
    );
    this.#version += 2n;
    this.#put([this.#version], VERSION_AT);
  }

  #put(numbers: readonly bigint[], at: number): void {
    writeSync(this.#file, new BigInt64Array(numbers), 0, numbers.length * NUMBER_BYTES, at);
  }
}

/** The command line of a program that sees this clock; it is executed in place and keeps its pid. */
export function withClock(
  clock: ServerClock | undefined,
  command: readonly string[],
): readonly string[] {
  if (clock === undefined) return command;
  return ["env", ...Object.entries(clock.environment).map((pair) => pair.join("=")), ...command];
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * NS_PER_MS));
}
