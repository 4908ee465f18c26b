import { setTimeout as sleepMs } from "node:timers/promises";
import type { Fleet } from "../agent/agent-host.ts";
import { hostUs } from "../host-clock.ts";
import type { GrantReply, ReleaseReply, TurnRequest } from "../work/turn-work.ts";

/** What a relay measured, in the order of its passes. */
export interface RelayLog {
  /** From the call of release in one process to the grant in another that waited. */
  readonly handoffsUs: readonly number[];
  /** What the release itself took, as its caller saw it. */
  readonly releasesUs: readonly number[];
  readonly failureCount: number;
}

interface Granted extends GrantReply {
  readonly process: number;
}

/** How long the lock is held: longer than a waiter needs to arrive, and out of step with any poll. */
const HOLD_MS_MIN = 20;
const HOLD_MS_SPREAD = 20;
/** Longest wait for one grant that is worth measuring. */
const GRANT_MS_MAX = 20_000;

/**
 * Passes one lock from process to process. While one holds it, all others wait; the releaser joins
 * them only when the next holder has it, so that every pass is a change of process.
 */
export class Relay {
  readonly #fleet: Fleet;
  readonly #name: string;
  readonly #waiting = new Map<number, Promise<Granted>>();
  readonly #log = { handoffsUs: [] as number[], releasesUs: [] as number[], failureCount: 0 };
  #holder = 0;

  constructor(fleet: Fleet, name: string) {
    this.#fleet = fleet;
    this.#name = name;
  }

  get log(): RelayLog {
    return this.#log;
  }

  /** Has process 0 hold the lock and the others wait for it. */
  async begin(processes: number): Promise<void> {
    this.#ask(0);
    await this.#nextHolder();
    for (let process = 1; process < processes; process += 1) this.#ask(process);
    await hold();
  }

  /** Passes the lock on, until `untilUs` of host time and at least once. Ends as it began: one holds, all others wait. */
  async passUntil(untilUs: number): Promise<void> {
    do {
      const releaser = this.#holder;
      const [{ calledUs, releasedUs }, { grantedUs }] = await Promise.all([
        this.#release(),
        this.#nextHolder(),
      ]);
      this.#log.handoffsUs.push(grantedUs - calledUs);
      this.#log.releasesUs.push(releasedUs - calledUs);
      this.#ask(releaser);
      await hold();
    } while (hostUs() < untilUs);
  }

  /** Lets everyone who waits through, and leaves the lock free. */
  async end(): Promise<void> {
    while (this.#waiting.size > 0) await Promise.all([this.#release(), this.#nextHolder()]);
    await this.#release();
  }

  #ask(process: number): void {
    const untilUs = hostUs() + GRANT_MS_MAX * 1000;
    const request: TurnRequest = { step: "acquire", name: this.#name, untilUs };
    const granted = this.#fleet
      .askOne(process, request, GRANT_MS_MAX)
      .then((reply) => ({ ...(reply as GrantReply), process }));
    // Whoever waits for it hears of its end; a relay that broke off leaves it unheard.
    granted.catch(() => {});
    this.#waiting.set(process, granted);
  }

  async #nextHolder(): Promise<Granted> {
    const granted = await Promise.race(this.#waiting.values());
    this.#waiting.delete(granted.process);
    this.#holder = granted.process;
    this.#log.failureCount += granted.failureCount;
    return granted;
  }

  async #release(): Promise<ReleaseReply> {
    const request: TurnRequest = { step: "release", name: this.#name };
    return (await this.#fleet.askOne(this.#holder, request, GRANT_MS_MAX)) as ReleaseReply;
  }
}

function hold(): Promise<void> {
  return sleepMs(HOLD_MS_MIN + Math.random() * HOLD_MS_SPREAD);
}
