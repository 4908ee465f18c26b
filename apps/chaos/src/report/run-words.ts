import type { RunResult } from "../run/run-result.ts";

/** A run in one line. */
export function headline({
  subject,
  backend,
  seed,
  minutes,
  faults,
  isComplete,
}: RunResult): string {
  const ended = isComplete ? "" : ", ended early";
  return `${subject} on ${backend}, seed ${seed}: ${minutes.toFixed(1)} minutes and ${faults.length} faults${ended}`;
}

/** What was counted, and how much. */
export function figuresOf(result: RunResult): readonly (readonly [what: string, figure: string])[] {
  const { counts, writes, handOffMs, checkSeconds, processCount, names, ttlsMs, isFenced } = result;
  const sum = (of: (tally: (typeof writes)[number]) => number): number =>
    writes.reduce((total, tally) => total + of(tally), 0);
  const fence = isFenced
    ? `${number(sum(({ refused }) => refused))} refused by their token`
    : "no tokens";
  const written = `${number(sum(({ accepted }) => accepted))} accepted, ${fence}, ${number(sum(({ lost }) => lost))} lost`;
  const handOff =
    handOffMs === undefined
      ? "none without a fault near it"
      : `p50 ${handOffMs.p50.toFixed(1)} ms, p99 ${handOffMs.p99.toFixed(1)} ms, at most ${handOffMs.max.toFixed(1)} ms (${number(handOffMs.count)})`;
  return [
    [
      "workers",
      `${processCount} at a time, ${number(counts.processes)} in all, on ${names.length} names, with ttls of ${ttlsMs.map(number).join(", ")} ms`,
    ],
    [
      "locks",
      `${number(counts.cycles)} granted, ${number(counts.refused)} refused, ${number(counts.unknown)} unknown, ${number(counts.renewals)} renewals, ${number(counts.losses)} losses told`,
    ],
    ["writes", written],
    ["hand-off in calm", handOff],
    ["checked", `${number(counts.events)} events in ${checkSeconds.toFixed(1)} s`],
  ];
}

function number(value: number): string {
  return value.toLocaleString("en");
}
