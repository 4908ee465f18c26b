import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Recorder } from "@holdfast/history";
import type { RandomStream } from "../random-stream.ts";
import type { ResourceClient } from "../resource/resource-client.ts";
import type { HoldFacts, TrackedHolding } from "./tracked-holding.ts";
import type { Ticket } from "./worker-message.ts";
import type { WorkerPlan } from "./worker-plan.ts";

interface HostParts {
  readonly plan: WorkerPlan;
  readonly recorder: Recorder;
  readonly resource: ResourceClient;
  readonly random: RandomStream;
  /** Sends a lock to another process. */
  readonly pass: (ticket: Ticket) => void;
  /** Tells of something that must not happen. */
  readonly blame: (rule: string, error: unknown) => void;
}

/** What all threads of a worker process share. */
export class WorkerHost {
  readonly plan: WorkerPlan;
  readonly recorder: Recorder;
  readonly resource: ResourceClient;
  readonly random: RandomStream;
  readonly pass: (ticket: Ticket) => void;
  readonly blame: (rule: string, error: unknown) => void;
  /** Locks that other processes have passed on to this one. */
  readonly tickets: Ticket[] = [];
  /** Locks that this process has. */
  readonly open: Set<TrackedHolding> = new Set();
  /** Of the acquires that can be aborted. */
  readonly pending: Set<AbortController> = new Set();
  /** Between storms: nothing is asked for whose outcome may be in doubt, so that a free lock is seen to be free. */
  isCalm = false;
  /** The next lock that it gets kills the process. */
  isDoomed = false;
  readonly #closing = new AbortController();
  #holdCount = 0;

  constructor({ plan, recorder, resource, random, pass, blame }: HostParts) {
    this.plan = plan;
    this.recorder = recorder;
    this.resource = resource;
    this.random = random;
    this.pass = pass;
    this.blame = blame;
    setMaxListeners(0, this.#closing.signal);
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends every sleep; threads take no more turns. */
  beginToClose(): void {
    this.#closing.abort();
  }

  async sleep(ms: number): Promise<void> {
    // Ends early, and says so by an error that tells nothing new.
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** A new acquisition. */
  hold(name: string, client: string): HoldFacts {
    this.#holdCount += 1;
    const { process } = this.plan;
    return { process, client, hold: `${process}/${this.#holdCount}`, name };
  }

  /** SIGKILL, recorded first: whoever waits for what it has waits until that ends. */
  die(): void {
    const who = {
      process: this.plan.process,
      client: "",
      hold: "",
      name: "",
      phase: "ok",
    } as const;
    this.recorder.record({ ...who, operation: "crash", detail: "SIGKILL, as a holder" });
    process.kill(process.pid, "SIGKILL");
  }

  abortPending(): void {
    for (const controller of this.pending) controller.abort(new Error("aborted on purpose"));
  }
}
