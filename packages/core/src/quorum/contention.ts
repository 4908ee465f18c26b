import type { Elapsed } from "../elapsed.ts";
import { hash } from "../hash.ts";

/** What of a member says how it ranks. */
export interface Candidate {
  /** The same for all clients, however they address it and in whatever order they list their members. */
  readonly identity: string;
  readonly isSilent: boolean;
}

/** Names remembered; the oldest is forgotten first, which only costs a split vote. */
const NAMES_MAX = 10_000;

/**
 * Which names were contended a short while ago, and who leads their elections. Contenders that ask all
 * members at once split the votes between them; those that ask one member first do not, provided that
 * it is the same for all: rendezvous hashing of name and member.
 *
 * Source: Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998.
 */
export class Contention {
  readonly #elapsed: Elapsed;
  readonly #untilMs = new Map<string, number>();

  constructor(elapsed: Elapsed) {
    this.#elapsed = elapsed;
  }

  /** Somebody else had the name: for `forMs` its elections begin at the lead. */
  seen(name: string, forMs: number): void {
    this.#untilMs.delete(name);
    this.#untilMs.set(name, this.#elapsed.nowMs() + forMs);
    if (this.#untilMs.size <= NAMES_MAX) return;
    const [oldest] = this.#untilMs.keys();
    if (oldest !== undefined) this.#untilMs.delete(oldest);
  }

  /** {@link leads}; undefined where nobody contends. */
  order(name: string, members: readonly Candidate[]): readonly number[] | undefined {
    const untilMs = this.#untilMs.get(name);
    if (untilMs === undefined) return undefined;
    if (untilMs <= this.#elapsed.nowMs()) {
      this.#untilMs.delete(name);
      return undefined;
    }
    return this.leads(name, members);
  }

  /**
   * The members by their claim to lead, the lead first. One that is silent has the least claim, so that it
   * holds no attempt up.
   */
  leads(name: string, members: readonly Candidate[]): readonly number[] {
    const claims = members.map(({ identity, isSilent }) => (isSilent ? -1 : hash(name + identity)));
    return [...claims.keys()].sort((a, b) => (claims[b] ?? 0) - (claims[a] ?? 0));
  }
}
