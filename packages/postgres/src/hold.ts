import type { Claim, ReleaseOutcome } from "@holdfast/core";
import type { Session } from "./session.ts";

/** A session that has locks, and how they are given back and proven. */
export interface LockHost {
  readonly session: Session;
  /** The server keeps the locks of this session for so long after a proof. */
  readonly validMs: number;
  /** Whether this session had it. Rejects with a `StatementFault`. */
  unlock(key: string): Promise<boolean>;
  /** When a statement left that was answered. Rejects with a `StatementFault`. */
  prove(): Promise<number>;
}

/**
 * One acquisition as this process knows it. `asking` until the server answered, `held`, `ending` while
 * it is given back, `gone`. Mutable on purpose.
 */
export class Hold {
  readonly name: string;
  readonly holderId: string;
  readonly key: string;
  readonly description: string;
  /** Wall clock, when it was asked for. */
  readonly sinceMs: number;
  state: "asking" | "held" | "ending" | "gone" = "asking";
  host: LockHost | undefined;
  fencingToken: bigint | undefined;
  /** Whoever asked has left: a grant goes back at once. */
  isUnwanted = false;
  /** How the request under way is ended early, while there is one. */
  withdraw: (() => void) | undefined;
  #outcome: ReleaseOutcome | undefined;
  readonly #waiting: ((outcome: ReleaseOutcome) => void)[] = [];

  constructor(
    { name, holderId }: Claim,
    more: { readonly key: string; readonly description: string; readonly sinceMs: number },
  ) {
    this.name = name;
    this.holderId = holderId;
    this.key = more.key;
    this.description = more.description;
    this.sinceMs = more.sinceMs;
  }

  /** Names this holding and no other, and proves nothing. */
  get incarnation(): string {
    const { host, fencingToken, sinceMs } = this;
    return `${host?.session.facts.pid ?? 0}:${fencingToken ?? sinceMs}`;
  }

  /** Resolves when it is gone, with what became of it. */
  ended(): Promise<ReleaseOutcome> {
    if (this.#outcome !== undefined) return Promise.resolve(this.#outcome);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  finish(outcome: ReleaseOutcome): void {
    if (this.#outcome !== undefined) return;
    this.state = "gone";
    this.#outcome = outcome;
    for (const resolve of this.#waiting) resolve(outcome);
  }
}
