import type { Target } from "../strategy.ts";
import type { LockSight } from "./lock-sight.ts";

/** What the benchmark asks of an agent. Ids pair a reply with its request. */
export type AgentRequest =
  | {
      readonly id: number;
      readonly ask: "open";
      readonly strategyId: string;
      readonly target: Target;
      /** Whether `look` will be asked. */
      readonly watch: boolean;
    }
  | {
      readonly id: number;
      readonly ask: "work";
      readonly scenarioId: string;
      readonly request: object;
    }
  /** Which locks are held and waited for now: a {@link Look}. Answered while work goes on. */
  | { readonly id: number; readonly ask: "look" }
  | { readonly id: number; readonly ask: "close" };

/** The answer to `look`. */
export interface Look {
  readonly locks: readonly LockSight[];
}

/** A request before an id was given to it. */
export type AgentQuestion = AgentRequest extends infer Request
  ? Request extends AgentRequest
    ? Omit<Request, "id">
    : never
  : never;

/** An agent's answer. Errors travel as text, since drivers' errors do not survive the channel. */
export type AgentReply =
  | { readonly id: number; readonly ok: true; readonly value: object }
  | { readonly id: number; readonly ok: false; readonly message: string };
