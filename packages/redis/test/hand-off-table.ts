/** Each moment of a hand-off at which somebody is struck, in order. */
export const steps = [
  "join sent",
  "join answered, the answer on its way",
  "both wait",
  "release sent",
  "released, the message on its way",
  "message delivered, the waiter has not run",
  "claim running, nothing renewed",
  "first renewal sent",
  "first renewal made, its answer on its way",
] as const;
export type Step = (typeof steps)[number];

/** Who is struck, and how. What is stopped goes on when a ttl has passed. */
export const victims = [
  "holder killed",
  "holder stopped",
  "first waiter killed",
  "first waiter stopped",
  "Redis killed, keeps all",
  "Redis killed, loses all",
  "Redis stopped",
] as const;
export type Victim = (typeof victims)[number];

/** Within what a living waiter has the lock, counted from the fault or the release, whichever is later. */
export type Bound = "at once" | "claim + 0.1 s" | "ttl + 0.1 s" | "back + 2 s";

const ORDINAL = new Map(steps.map((step, index) => [step, index]));

/** True at `first` and at every later step. */
export function isFrom(first: Step, step: Step): boolean {
  return (ORDINAL.get(step) ?? 0) >= (ORDINAL.get(first) ?? 0);
}

export function boundOf(step: Step, victim: Victim): Bound {
  if (victim.startsWith("Redis")) return "back + 2 s";
  if (victim.startsWith("holder")) {
    return isFrom("released, the message on its way", step) ? "at once" : "ttl + 0.1 s";
  }
  return isFrom("first renewal sent", step) ? "ttl + 0.1 s" : "claim + 0.1 s";
}

/** The rows of the table, as docs/hand-off.md has them. */
export function tableRows(): readonly string[] {
  const cells = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return steps.map((step) => cells([step, ...victims.map((victim) => boundOf(step, victim))]));
}
