import type { LockSight } from "../agent/lock-sight.ts";
import type { Sample } from "../scenario.ts";
import type { RunWish } from "./run-wish.ts";

/** What the server tells the process of a run. */
export type RunOrder =
  | {
      readonly order: "start";
      readonly wish: RunWish;
      /** The user's own servers, as `--url` has them; none for servers that the run starts. */
      readonly urls: readonly string[];
      /** Where the results go, after each variant too. */
      readonly file: string;
    }
  | { readonly order: "stop" };

/** What the process of a run tells the server. */
export type RunEvent =
  | { readonly event: "said"; readonly text: string }
  | {
      readonly event: "variant";
      readonly scenario: string;
      readonly variant: string;
      readonly slices: number;
    }
  | { readonly event: "slice"; readonly strategy: string }
  | { readonly event: "sample"; readonly strategy: string; readonly sample: Sample }
  | { readonly event: "locks"; readonly locks: readonly LockSight[] }
  /** A variant is finished, and the file written again. */
  | { readonly event: "part" }
  /** All is written. `complete` is false when it was stopped. */
  | { readonly event: "done"; readonly complete: boolean }
  /** It could not be carried out; `why` is one line for the user. */
  | { readonly event: "failed"; readonly why: string };
