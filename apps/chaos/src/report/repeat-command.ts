import type { RunResult } from "../run/run-result.ts";

/** What to type for the same faults in the same order. */
export function repeatCommand(result: RunResult): string {
  const { backend, subject, seed, plannedMinutes, processCount, askedFaults } = result;
  const flags = [
    ["backend", backend],
    ...(subject === "holdfast" ? [] : [["peer", subject]]),
    ...(askedFaults === undefined ? [] : [["faults", askedFaults.join(",")]]),
    ["processes", processCount],
    ["seed", seed],
    ["minutes", plannedMinutes],
  ];
  return `npm run chaos -- ${flags.map(([flag, value]) => `--${flag} ${value}`).join(" ")}`;
}
