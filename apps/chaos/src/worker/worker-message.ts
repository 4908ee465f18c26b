import type { Crowd } from "../fleet.ts";
import type { WorkerPlan } from "./worker-plan.ts";

/** From the conductor to a worker. */
export type WorkerOrder =
  | { readonly kind: "begin"; readonly plan: WorkerPlan }
  | { readonly kind: "stall"; readonly ms: number }
  | { readonly kind: "abort" }
  /** Calm begins or is over: in it nothing is asked for whose outcome may be in doubt. */
  | { readonly kind: "calm"; readonly isCalm: boolean }
  /** Kills itself as soon as it has a lock. */
  | { readonly kind: "die" }
  | { readonly kind: "gather"; readonly crowd: Crowd }
  | { readonly kind: "shift-wall-clock"; readonly ms: number }
  | { readonly kind: "suspend"; readonly ms: number }
  | { readonly kind: "ticket"; readonly ticket: Ticket };

/** From a worker to the conductor. */
export type WorkerReport =
  /** Its clients are connected, and turns begin. */
  | { readonly kind: "ready" }
  /** Something that must not happen, and did. */
  | { readonly kind: "problem"; readonly rule: string; readonly message: string }
  /** A lock for another process to take over. */
  | { readonly kind: "ticket"; readonly ticket: Ticket };

/** A lock on its way from one process to another. */
export interface Ticket {
  readonly name: string;
  readonly ttlMs: number;
  readonly ticket: unknown;
}

/** Ends the `detail` of an acquire in the history whose lock is not kept by renewals. */
export const NOT_RENEWED = "not renewed";

/** A worker whose background failed: an unhandled rejection, an uncaught exception. */
export const BACKGROUND_EXIT_CODE = 70;
/** A worker that has closed everything it has, and is kept alive by something all the same. */
export const LEFTOVER_EXIT_CODE = 71;
/** A worker that could not connect: a server was down, and its library does not wait for it. */
export const UNCONNECTED_EXIT_CODE = 72;
