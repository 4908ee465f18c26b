import type { HistoryEvent, Recorder } from "@holdfast/history";

/** A timer that is later than this was held up. */
const LATE_MS_MIN = 300;
const TICK_EVERY_MS = 100;
/** Of a standstill: who used less of the processor was not let on it. */
const CPU_SHARE_MAX = 0.5;
const NS_PER_MS = 1e6;
const US_PER_MS = 1e3;

/**
 * Records when the machine did not let this process run, as a pause: on a busy one that takes seconds at
 * times, in which nobody can be told of a loss. A loop that is late by its own work is not excused.
 */
export class StandstillWatch implements Disposable {
  readonly #recorder: Recorder;
  readonly #process: string;
  readonly #timer: NodeJS.Timeout;
  #lastNs: number;
  #stoodMs = 0;
  #cpu: NodeJS.CpuUsage = process.cpuUsage();

  constructor(recorder: Recorder, processName: string) {
    this.#recorder = recorder;
    this.#process = processName;
    this.#lastNs = recorder.nowNs();
    this.#timer = setInterval(() => this.#look(), TICK_EVERY_MS).unref();
  }

  /** In all so far. */
  get stoodMs(): number {
    return this.#stoodMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowNs = this.#recorder.nowNs();
    const stoodMs = (nowNs - this.#lastNs) / NS_PER_MS;
    const { user, system } = process.cpuUsage(this.#cpu);
    if (stoodMs > LATE_MS_MIN && (user + system) / US_PER_MS < stoodMs * CPU_SHARE_MAX) {
      const detail = "not let on the processor";
      this.#stoodMs += stoodMs;
      this.#record({ operation: "pause", atNs: this.#lastNs, detail });
      this.#record({ operation: "resume", atNs: nowNs, detail });
    }
    this.#lastNs = nowNs;
    this.#cpu = process.cpuUsage();
  }

  /** At its own time, which for a pause has gone by. */
  #record(moment: Pick<HistoryEvent, "operation" | "atNs" | "detail">): void {
    const who = { process: this.#process, client: "", hold: "", name: "", phase: "ok" } as const;
    const event: HistoryEvent = { ...who, ...moment };
    this.#recorder.record(event);
  }
}
