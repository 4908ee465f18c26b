import type { Target } from "../strategy.ts";

/** What the benchmark asks of an agent. Ids pair a reply with its request. */
export type AgentRequest =
  | {
      readonly id: number;
      readonly ask: "open";
      readonly strategyId: string;
      readonly target: Target;
    }
  | {
      readonly id: number;
      readonly ask: "work";
      readonly scenarioId: string;
      readonly request: object;
    }
  | { readonly id: number; readonly ask: "close" };

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
