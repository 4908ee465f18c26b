import { textOf } from "./reply.ts";
import type { Sent, SentCommand } from "./sent-command.ts";

/** A member of a batch, whatever its caller wants to know. */
type Item = Pick<SentCommand<unknown>, "isSettled" | "answer" | "fail" | "failTogether">;

/** Several calls on their way as one command. Each is told its own outcome. */
export class SentBatch implements Sent {
  readonly #items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get callerCount(): number {
    return this.#items.length;
  }

  get isSettled(): boolean {
    return this.#items.every(({ isSettled }) => isSettled);
  }

  answer(reply: unknown): void {
    const replies: readonly unknown[] = Array.isArray(reply) ? reply : [];
    for (const [at, item] of this.#items.entries()) {
      const problem = problemOf(replies[at]);
      if (problem === undefined) item.answer(replies[at]);
      else item.fail(problem);
    }
  }

  fail(error: unknown): void {
    for (const item of this.#items) item.failTogether(error);
  }
}

/** An item's own error is '!' and its words; the '!' of a tombstone stands alone. */
function problemOf(reply: unknown): Error | undefined {
  if (typeof reply !== "string" && !Buffer.isBuffer(reply)) return undefined;
  const text = textOf(reply);
  return text.length > 1 && text[0] === "!" ? new Error(text.slice(1)) : undefined;
}
