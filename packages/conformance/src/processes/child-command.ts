import type { Ticket } from "@holdfast/core";

/** What the suite asks of a child process. Plain JSON in both directions. */
export type ChildCommand =
  /** Waits for the lock and keeps it. */
  | {
      readonly do: "acquire";
      readonly name: string;
      readonly ttlMs: number;
      readonly waitMs: number;
    }
  /** What the first line of code that runs now is told by its lease. */
  | { readonly do: "check" }
  | { readonly do: "release" }
  | { readonly do: "detach" }
  | { readonly do: "adopt"; readonly ticket: Ticket; readonly hold: string }
  /** Reads, waits and writes the number in a file under the lock, `rounds` times. */
  | {
      readonly do: "count";
      readonly name: string;
      readonly ttlMs: number;
      readonly rounds: number;
      readonly file: string;
    }
  | { readonly do: "close" };

/** What the child knows of its lease. Tokens are decimal, since JSON has no bigint. */
export interface ChildLease {
  readonly fencingToken?: string;
  /** The code that `assertValid` threw, before any timer of the child could run. */
  readonly assertValid?: string;
  readonly isAborted: boolean;
  readonly why?: string;
  readonly ticket?: Ticket;
  /** What the suite calls the hold that was detached. */
  readonly hold?: string;
  readonly outcome?: string;
}

/** One request with its number, and the answer to it. */
export interface ChildRequest {
  readonly number: number;
  readonly command: ChildCommand;
}

export type ChildAnswer =
  | { readonly number: number; readonly lease: ChildLease }
  | { readonly number: number; readonly error: string };
