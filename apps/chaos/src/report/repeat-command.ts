import type { RunResult } from "../run/run-result.ts";

/** What to type for the same faults in the same order. */
export function repeatCommand({ backend, subject, seed, plannedMinutes }: RunResult): string {
  const peer = subject === "holdfast" ? "" : ` --peer ${subject}`;
  return `npm run chaos -- --backend ${backend}${peer} --seed ${seed} --minutes ${plannedMinutes}`;
}
