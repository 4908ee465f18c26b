import type { Direction, Link } from "./link.ts";
import type { Scheduled, Scheduler } from "./scheduler.ts";

/** What one direction of a connection needs. */
export interface ChannelParts<Message> {
  readonly scheduler: Scheduler;
  readonly link: Link;
  readonly direction: Direction;
  deliver(message: Message): void;
}

interface InFlight<Message> {
  readonly message: Message;
  readonly scheduled: Scheduled;
}

/** One direction of one connection: messages arrive in the order sent, after the link's delay. */
export class Channel<Message> {
  readonly #parts: ChannelParts<Message>;
  readonly #inFlight: InFlight<Message>[] = [];
  readonly #held: { readonly message: Message; readonly atNs: number }[] = [];
  #lastArrivalNs = 0;
  #isCut = false;

  constructor(parts: ChannelParts<Message>) {
    this.#parts = parts;
  }

  /** Messages that have not arrived. */
  get pendingCount(): number {
    return this.#inFlight.length + this.#held.length;
  }

  /** `atNs` is when the sender's code got there: the world's time, or later. */
  send(message: Message, atNs: number): void {
    if (this.#isCut) return;
    const { link, direction } = this.#parts;
    if (this.#held.length > 0 || link.isBlocked(direction)) this.#hold(message, atNs);
    else this.#launch(message, atNs);
  }

  /** Nothing more is sent; what is on its way arrives. */
  close(): void {
    this.#isCut = true;
  }

  /** The connection is reset: only the first `count` of what is on its way arrives, nothing later. */
  cut(count: number): void {
    this.#isCut = true;
    for (const { scheduled } of this.#inFlight.splice(count)) scheduled.isCancelled = true;
    this.#held.splice(Math.max(0, count - this.#inFlight.length));
  }

  #launch(message: Message, atNs: number): void {
    const { scheduler, link, deliver } = this.#parts;
    this.#lastArrivalNs = Math.max(this.#lastArrivalNs + 1, atNs + link.delayNs());
    const scheduled = scheduler.at(this.#lastArrivalNs, () => {
      this.#inFlight.shift();
      deliver(message);
    });
    this.#inFlight.push({ message, scheduled });
  }

  #hold(message: Message, atNs: number): void {
    this.#held.push({ message, atNs });
    if (this.#held.length === 1) this.#parts.link.onceOpen(() => this.#release());
  }

  #release(): void {
    const { scheduler, link, direction } = this.#parts;
    if (link.isBlocked(direction)) {
      link.onceOpen(() => this.#release());
      return;
    }
    for (const { message, atNs } of this.#held.splice(0)) {
      this.#launch(message, Math.max(atNs, scheduler.nowNs));
    }
  }
}
