import {
  type Clock,
  type EnqueueRequest,
  type Grant,
  LockError,
  type Refusal,
  type Timer,
} from "@holdfast/core";
import { classifyError, faultError } from "../classify-error.ts";
import type { CommandRunner } from "../command-runner.ts";
import { grantOf, refusalOf, tombstoned } from "../grant.ts";
import { listOf } from "../reply.ts";
import { evalsha, HEARTBEAT, JOIN_QUEUE } from "../scripts.ts";
import { type Answer, aborted } from "../sent-command.ts";
import { Inbox } from "./inbox.ts";
import { LIVE_MS, Place } from "./place.ts";
import { grantMessage, type WaitReply, waitReply } from "./wait-reply.ts";

/** What waiting needs to know of the provider it serves. */
export interface WaitingParts {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly channel: string;
  readonly commandTimeoutMs: number;
  /** False drops the tokens that the queue mints always. */
  readonly fencing: boolean;
  /** lock fence tombstone queue waiters. */
  ownKeys(request: EnqueueRequest): readonly string[];
  /** lock fence queue waiters. */
  sharedKeys(name: string): readonly string[];
  /** "holderId:" ttlMs ":since:description". */
  takeArgs(request: EnqueueRequest): readonly string[];
}

/** A queue that nobody has touched for so long goes, with whoever is left in it. */
const KEEP_MS = 4 * LIVE_MS;
/** Items in one script call, so that nobody waits long behind it. */
const BEAT_ITEMS_MAX = 250;

/**
 * Those of this process who wait in queues on the server, one for each name. It joins for them, keeps
 * their places alive with one batched heartbeat, hears in one inbox who was granted, and asks about a
 * grant that it did not hear of.
 */
export class WaitingRoom {
  readonly inbox: Inbox;
  readonly #parts: WaitingParts;
  readonly #places = new Map<string, Place>();
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(parts: WaitingParts) {
    const { runner, clock, channel, commandTimeoutMs: timeoutMs } = parts;
    this.#parts = parts;
    this.inbox = new Inbox({
      runner,
      clock,
      channel,
      timeoutMs,
      onMessage: (text) => this.#heard(text),
      onReturn: () => this.#askAll(),
    });
  }

  /** Joins the queue of the name and waits there, as {@link LockProvider.enqueue} has it. */
  enqueue(request: EnqueueRequest): Promise<Grant | Refusal> {
    const { signal, name: lockName, holderId } = request;
    if (signal.aborted) return Promise.reject(aborted({ signal, lockName }, "not-applied"));
    return new Promise((resolve, reject) => {
      const place = new Place(request, { resolve, reject }, () => this.#abort(place));
      // Before the join is sent: its grant may be told before its own reply.
      this.#places.set(holderId, place);
      void this.#join(place);
    });
  }

  /** What a subscription is refused with, if it is. Leaves no connection open that nobody needs. */
  async tryInbox(): Promise<unknown> {
    const opening = this.inbox.ready();
    await opening;
    if (opening !== undefined && this.#places.size === 0) this.inbox.rest();
    return this.inbox.refusal;
  }

  /** Ends every wait; the places are the server's to forget. */
  close(): void {
    this.inbox.close();
    for (const place of [...this.#places.values()]) {
      const { name: lockName } = place.request;
      const outcome = place.phase === "opening" ? "not-applied" : "unknown";
      const error = new LockError("PROVIDER_CLOSED", "redis: the provider is closed", {
        lockName,
        outcome,
      });
      this.#reject(place, error);
    }
  }

  async #join(place: Place): Promise<void> {
    const { runner, takeArgs, ownKeys } = this.#parts;
    const { request } = place;
    const { name: lockName, signal } = request;
    const opening = this.inbox.ready();
    if (opening !== undefined) await opening;
    if (place.phase === "over") return;
    place.phase = "joining";
    const waitArgs = [place.claimMs, this.inbox.channel, LIVE_MS, KEEP_MS].map(String);
    const operands = [...ownKeys(request), ...takeArgs(request), ...waitArgs];
    try {
      await runner.run({
        script: JOIN_QUEUE,
        command: evalsha(JOIN_QUEUE, "5", ...operands),
        lockName,
        signal,
        decode: (answer) => this.#joined(place, waitReply(answer.reply), answer),
      });
    } catch (error) {
      this.#reject(place, error as LockError);
    }
  }

  #joined(place: Place, reply: WaitReply, answer: Answer): void {
    const { name: lockName } = place.request;
    if (reply.kind === "refused") throw tombstoned(lockName);
    // A second copy of the join may be on its way: nothing that is told of this place can be trusted.
    if (reply.kind !== "granted" && !answer.isEpochKept)
      throw unavailable(place, "the connection changed during the join");
    place.phase = "waiting";
    if (reply.kind === "granted") this.#grant(place, reply.token, { answer, isAtOnce: true });
    else this.#answered(place, reply, answer);
    if (place.toldToken !== undefined) this.#told(place, place.toldToken, answer.sentAtMs);
    this.#arm(place.wakeAtMs);
  }

  /** What a heartbeat, or the join, says of a place. */
  #answered(place: Place, reply: WaitReply, answer: Answer): void {
    const { clock } = this.#parts;
    switch (reply.kind) {
      case "granted":
        this.#grant(place, reply.token, { answer, isAtOnce: false });
        break;
      case "absent":
        this.#resolve(place, refusalOf(undefined));
        break;
      case "waiting":
        if (answer.isEpochKept) place.proved(reply, answer.sentAtMs, clock.monotonicMs());
        break;
      case "refused":
        this.#faulted(place, new Error(reply.text));
        break;
    }
  }

  /** This item's own error: a passing one is no answer. */
  #faulted(place: Place, error: Error): void {
    const fault = classifyError(error);
    if (!fault.isTransient) this.#reject(place, faultError(fault, "unknown", place.request.name));
  }

  #grant(
    place: Place,
    token: bigint,
    { answer, isAtOnce }: { readonly answer: Answer; readonly isAtOnce: boolean },
  ): void {
    const fencingToken = this.#parts.fencing ? token : undefined;
    this.#resolve(place, { ...grantOf(place.request, answer, fencingToken), isAtOnce });
  }

  #heard(text: string): void {
    const message = grantMessage(text);
    const place = message && this.#places.get(message.holderId);
    if (message === undefined || place === undefined) return;
    if (place.basis === undefined) place.toldToken = message.token;
    else this.#told(place, message.token, place.basis.sentAtMs);
  }

  /** A message is believed only if it is younger than the last proof of the place, and young enough. */
  #told(place: Place, token: bigint, sentAtMs: number): void {
    const { clock, fencing } = this.#parts;
    const validUntilMs = place.validUntilMs(token);
    if (validUntilMs === undefined || place.phase !== "waiting") return;
    const { name, holderId, ttlMs, renewable } = place.request;
    if (!renewable || clock.monotonicMs() >= validUntilMs) {
      // The heartbeat finds the lock and takes it for the whole ttl, counted from its own send.
      place.isUrgent = true;
      place.dueAtMs = clock.monotonicMs();
      this.#arm(place.wakeAtMs);
      return;
    }
    const fencingToken = fencing ? token : undefined;
    const validMs = place.claimMs;
    const grant = {
      granted: true,
      name,
      holderId,
      ttlMs,
      fencingToken,
      sentAtMs,
      validMs,
    } as const;
    this.#resolve(place, grant);
  }

  /** Messages may have been lost. */
  #askAll(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    for (const place of this.#places.values()) {
      if (place.phase === "waiting") place.dueAtMs = nowMs;
    }
    this.#arm(nowMs);
  }

  #abort(place: Place): void {
    // While its join is on the way, that command knows whether it was sent.
    if (place.phase === "joining") return;
    const { signal, name: lockName } = place.request;
    const outcome = place.phase === "opening" ? "not-applied" : "unknown";
    this.#reject(place, aborted({ signal, lockName }, outcome));
  }

  #resolve(place: Place, answer: Grant | Refusal): void {
    this.#places.delete(place.request.holderId);
    place.resolve(answer);
    if (this.#places.size === 0) this.#disarm();
  }

  #reject(place: Place, error: LockError): void {
    this.#places.delete(place.request.holderId);
    place.reject(error);
    if (this.#places.size === 0) this.#disarm();
  }

  /** One timer, for whatever comes first; it may find that nothing is due any more. */
  #arm(atMs: number): void {
    if (this.#places.size === 0 || atMs >= this.#timerAtMs) return;
    this.#disarm();
    this.#timerAtMs = atMs;
    const { clock } = this.#parts;
    const delayMs = Math.max(0, Math.ceil(atMs - clock.monotonicMs()));
    this.#timer = clock.setTimer(delayMs, () => this.#tick());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#parts.clock.monotonicMs();
    for (const place of [...this.#places.values()]) {
      if (nowMs >= place.diesAtMs) {
        this.#reject(place, unavailable(place, `no heartbeat was answered for ${LIVE_MS} ms`));
      }
    }
    const due = this.#due(nowMs);
    for (let from = 0; from < due.length; from += BEAT_ITEMS_MAX) {
      void this.#beat(due.slice(from, from + BEAT_ITEMS_MAX));
    }
    this.#armFirst();
  }

  #armFirst(): void {
    let firstAtMs = Number.POSITIVE_INFINITY;
    for (const { wakeAtMs } of this.#places.values()) firstAtMs = Math.min(firstAtMs, wakeAtMs);
    this.#arm(firstAtMs);
  }

  /** With those that are due go the ones that soon will be, so that all come to beat together. */
  #due(nowMs: number): readonly Place[] {
    const idle = [...this.#places.values()].filter(
      ({ phase, isBeating }) => phase === "waiting" && !isBeating,
    );
    if (!idle.some(({ dueAtMs }) => dueAtMs <= nowMs)) return [];
    return idle.filter(({ dueAtMs, periodMs }) => dueAtMs <= nowMs + periodMs / 2);
  }

  async #beat(places: readonly Place[]): Promise<void> {
    const { runner, sharedKeys, clock } = this.#parts;
    const sentAtMs = clock.monotonicMs();
    for (const place of places) {
      place.isBeating = true;
      place.isUrgent = false;
      // Unless an answer says otherwise.
      place.dueAtMs = sentAtMs + place.periodMs;
    }
    const keys = places.flatMap(({ request }) => sharedKeys(request.name));
    const items = places.flatMap(({ request }) => [request.holderId, String(request.ttlMs)]);
    const args = [String(LIVE_MS), String(KEEP_MS), ...items];
    try {
      await runner.run({
        script: HEARTBEAT,
        command: evalsha(HEARTBEAT, String(keys.length), ...keys, ...args),
        decode: (answer) => this.#beaten(places, answer),
      });
    } catch (error) {
      this.#unanswered(places, error as LockError);
    }
    this.#armFirst();
  }

  #beaten(places: readonly Place[], answer: Answer): void {
    const replies = listOf(answer.reply);
    for (const [at, place] of places.entries()) {
      place.isBeating = false;
      if (place.phase === "waiting") this.#answered(place, waitReply(replies[at]), answer);
    }
  }

  /** A passing fault is tried again; one that an operator has to mend ends the wait. */
  #unanswered(places: readonly Place[], error: LockError): void {
    for (const place of places) {
      place.isBeating = false;
      if (place.phase !== "waiting" || error.code === "BACKEND_UNAVAILABLE") continue;
      const { name: lockName } = place.request;
      const { code, message, cause } = error;
      this.#reject(place, new LockError(code, message, { lockName, cause, outcome: "unknown" }));
    }
  }
}

function unavailable({ request }: Place, why: string): LockError {
  const { name: lockName } = request;
  return new LockError(
    "BACKEND_UNAVAILABLE",
    `redis for lock ${JSON.stringify(lockName)}: ${why}`,
    { lockName, outcome: "unknown" },
  );
}
