import type { Clock } from "../clock.ts";
import type { ClockOffsets } from "./clock-offsets.ts";

/**
 * Tokens to propose to the members: a hybrid logical clock in microseconds. It follows the members' own
 * clocks once one has been heard, so that a client whose wall clock is wrong still proposes what they
 * need not clamp, and it rises with every proposal and every token seen.
 *
 * Source: Kulkarni, Demirbas et al., "Logical Physical Clocks", OPODIS 2014.
 */
export class Proposals {
  readonly #clock: Clock;
  readonly #offsets: ClockOffsets;
  #last = 0n;

  constructor(clock: Clock, offsets: ClockOffsets) {
    this.#clock = clock;
    this.#offsets = offsets;
  }

  /** The next token to propose: larger than every one before. */
  next(): bigint {
    const nowMs = this.#offsets.serverNowMs() ?? this.#clock.wallMs();
    const nowUs = BigInt(Math.trunc(nowMs * 1_000));
    this.#last = nowUs > this.#last ? nowUs : this.#last + 1n;
    return this.#last;
  }

  /** A token that was granted: the next proposal is larger. */
  seen(token: bigint): void {
    if (token > this.#last) this.#last = token;
  }
}
