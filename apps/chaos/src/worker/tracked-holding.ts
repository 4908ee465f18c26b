import type { Entry, Recorder } from "@holdfast/history";
import type { Holding } from "../subject.ts";

/** One acquisition as the history knows it. */
export type HoldFacts = Pick<Entry, "process" | "client" | "hold" | "name">;

const NS_PER_MS = 1e6;
/** A deadline that moves by less was read at another moment. */
const MOVED_NS_MIN = 2 * NS_PER_MS;

/** A lock that this process has, and everything that the history has to know of it. */
export class TrackedHolding {
  readonly holding: Holding;
  readonly facts: HoldFacts;
  readonly #recorder: Recorder;
  #validUntilNs: number | undefined;
  #state: "held" | "lost" | "releasing" = "held";
  #isUntold = false;

  /** Records the grant. Of what is asked of the holding first, the validity is. */
  constructor(holding: Holding, facts: HoldFacts, recorder: Recorder) {
    this.holding = holding;
    this.facts = facts;
    this.#recorder = recorder;
    this.#validUntilNs = this.#deadlineNs();
    const { token } = holding;
    recorder.record({
      ...facts,
      operation: "acquire",
      phase: "ok",
      ...(token === undefined ? {} : { token: String(token) }),
      ...(this.#validUntilNs === undefined ? {} : { validUntilNs: this.#validUntilNs }),
    });
    holding.onLost?.((why) => this.#lost(why));
    holding.onRenewed?.(() => this.#look());
  }

  get token(): string | undefined {
    const { token } = this.holding;
    return token === undefined ? undefined : String(token);
  }

  /** The holder was told of its loss, or has given the lock up. */
  get isOver(): boolean {
    return this.#state !== "held";
  }

  /** Whether the holder may write now. A loss that is found here is recorded. */
  mayWrite(): boolean {
    if (this.isOver) return false;
    this.#look();
    if (!this.isOver && this.holding.isValid?.() !== false) return true;
    this.#isUntold = !this.isOver && this.holding.onLost !== undefined;
    this.#lost("found when asked");
    return false;
  }

  /** The holder had to ask to find its loss, of a library that tells of losses: it has to tell first. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  /** Whether its validity ends in a sleep that begins now, which is recorded. */
  endsAsleep(ms: number): boolean {
    if (this.isOver || this.holding.validForMs === undefined) return false;
    this.#look();
    if (this.holding.validForMs() > ms) return false;
    this.#lost("slept past its end");
    return true;
  }

  /** The release leaves now. False when it was asked for already. */
  releasing(): boolean {
    if (this.#state === "releasing") return false;
    this.#wasLost = this.#state === "lost";
    this.#state = "releasing";
    this.#recorder.record({ ...this.facts, operation: "release", phase: "invoke" });
    return true;
  }

  /** The release was answered. What a lost lease says of its release is about one that was made long before. */
  released(outcome: "ok" | "fail" | "unknown", detail?: string): void {
    this.#recorder.record({
      ...this.facts,
      operation: "release",
      phase: this.#wasLost ? "unknown" : outcome,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  #wasLost = false;

  /** The library may have renewed by itself. */
  #look(): void {
    if (this.isOver) return;
    const validUntilNs = this.#deadlineNs();
    if (validUntilNs === undefined || this.#validUntilNs === undefined || this.isOver) return;
    if (validUntilNs - this.#validUntilNs < MOVED_NS_MIN) return;
    // Of a lease that is over no deadline is left to tell: 0 ms from now is no renewal.
    if (this.holding.validForMs?.() === 0) return;
    this.#validUntilNs = validUntilNs;
    this.#recorder.record({ ...this.facts, operation: "renew", phase: "invoke" });
    this.#recorder.record({ ...this.facts, operation: "renew", phase: "ok", validUntilNs });
  }

  /** Read so that it is early rather than late: the clock before the validity. */
  #deadlineNs(): number | undefined {
    if (this.holding.validForMs === undefined) return undefined;
    const nowNs = this.#recorder.nowNs();
    return nowNs + Math.floor(this.holding.validForMs() * NS_PER_MS);
  }

  #lost(detail: string): void {
    if (this.isOver) return;
    this.#state = "lost";
    this.#recorder.record({ ...this.facts, operation: "lost", phase: "ok", detail });
  }
}
