import type { Loss } from "../provider.ts";
import type { Holds } from "./hold.ts";
import type { QuorumMember } from "./quorum-member.ts";

/**
 * Tells of a loss as soon as so many members told of it that no majority can hold the lock any more.
 * Members are listened to while somebody listens to us.
 */
export class QuorumLosses {
  readonly #members: readonly QuorumMember[];
  readonly #holds: Holds;
  readonly #majority: number;
  readonly #listeners = new Set<(loss: Loss) => void>();
  #subscriptions: Disposable[] = [];

  constructor(members: readonly QuorumMember[], holds: Holds, majority: number) {
    this.#members = members;
    this.#holds = holds;
    this.#majority = majority;
  }

  add(listener: (loss: Loss) => void): Disposable {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#subscribe();
    return {
      [Symbol.dispose]: () => {
        if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#unsubscribe();
      },
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#unsubscribe();
  }

  #subscribe(): void {
    for (const { index, provider } of this.#members) {
      const subscription = provider.onLoss?.((loss) => this.#lost(index, loss));
      if (subscription !== undefined) this.#subscriptions.push(subscription);
    }
  }

  #unsubscribe(): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#subscriptions = [];
  }

  #lost(index: number, loss: Loss): void {
    const hold = this.#holds.get(loss.holderId);
    const seat = hold?.seats[index];
    if (hold === undefined || seat === undefined || seat.isLost) return;
    seat.isLost = true;
    const lostCount = hold.seats.filter(({ isLost }) => isLost).length;
    // Told once: with one member fewer there was still a majority.
    if (lostCount !== hold.seats.length - this.#majority + 1) return;
    const { name, holderId } = hold;
    for (const listener of this.#listeners) listener({ name, holderId, why: loss.why });
  }
}
