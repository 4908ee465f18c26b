import { type Channel, channel } from "node:diagnostics_channel";
import type { LockErrorCode, Outcome } from "./lock-error.ts";
import type { ReleaseOutcome } from "./provider.ts";

/** What every event tells. Times are elapsed milliseconds; none carries a holderId. */
export interface LockEvent {
  readonly name: string;
  readonly provider: string;
}

/** One attempt was answered, or was not. */
export interface AttemptEvent extends LockEvent {
  readonly answer: "granted" | "held" | "no-quorum" | "abstaining" | "fault";
  readonly code?: LockErrorCode;
  readonly outcome?: Outcome;
  readonly tookMs: number;
}

/** A pending acquire ended; `code` says why when it was not granted. */
export interface WaitEvent extends LockEvent {
  readonly waitedMs: number;
  readonly code?: LockErrorCode;
}

/** A lease began. `localIndex` above 0 was handed on inside the process. */
export interface GrantedEvent extends LockEvent {
  readonly fencingToken: bigint | undefined;
  readonly ttlMs: number;
  readonly validForMs: number;
  readonly localIndex: number;
}

/** A renewal was answered, or was not (`status: "unknown"`: the old deadline stands). */
export interface RenewedEvent extends LockEvent {
  readonly status: "renewed" | "lost" | "unknown";
  readonly validForMs: number;
}

/** A holder lost its lease. */
export interface LostEvent extends LockEvent {
  readonly why: string;
}

/** A lease was given back; `handedOn` means to a waiter of this process, with no command. */
export interface ReleasedEvent extends LockEvent {
  readonly outcome: ReleaseOutcome;
  readonly handedOn: boolean;
}

/** An acquire or a release that may have taken effect is being made good, or was. */
export interface InDoubtEvent extends LockEvent {
  readonly state: "opened" | "settled" | "given-up";
}

/** A channel of `node:diagnostics_channel` whose messages have one shape. */
export class EventChannel<Message extends LockEvent> {
  readonly #channel: Channel;

  constructor(name: string) {
    this.#channel = channel(name);
  }

  /** Ask before making a message: nothing is spent while nobody listens. */
  get hasSubscribers(): boolean {
    return this.#channel.hasSubscribers;
  }

  /**
   * Tells the subscribers once the running code has ended: a subscriber that acquires, releases or
   * aborts then meets locks in a settled state.
   */
  publish(message: Message): void {
    queueMicrotask(() => this.#channel.publish(message));
  }
}

/** Every event that core publishes. */
export const events: {
  readonly attempt: EventChannel<AttemptEvent>;
  readonly wait: EventChannel<WaitEvent>;
  readonly granted: EventChannel<GrantedEvent>;
  readonly renewed: EventChannel<RenewedEvent>;
  readonly lost: EventChannel<LostEvent>;
  readonly released: EventChannel<ReleasedEvent>;
  readonly inDoubt: EventChannel<InDoubtEvent>;
} = {
  attempt: new EventChannel("holdfast:attempt"),
  wait: new EventChannel("holdfast:wait"),
  granted: new EventChannel("holdfast:granted"),
  renewed: new EventChannel("holdfast:renewed"),
  lost: new EventChannel("holdfast:lost"),
  released: new EventChannel("holdfast:released"),
  inDoubt: new EventChannel("holdfast:in-doubt"),
};
