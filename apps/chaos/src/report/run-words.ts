import type { Quantiles, RunResult } from "../run/run-result.ts";

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
  const {
    counts,
    writes,
    calmSeconds,
    handOffMs,
    crashHandOffMs,
    checkSeconds,
    processCount,
    names,
    ttlsMs,
    isFenced,
  } = result;
  const sum = (of: (tally: (typeof writes)[number]) => number): number =>
    writes.reduce((total, tally) => total + of(tally), 0);
  const fence = isFenced
    ? `${number(sum(({ refused }) => refused))} refused by their token`
    : "no tokens";
  const written = `${number(sum(({ accepted }) => accepted))} accepted, ${fence}, ${number(sum(({ lost }) => lost))} lost`;
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
    ["calm", `${calmSeconds.toFixed(1)} s, in which what has to come in time was looked at`],
    ["hand-off in calm", quantiles(handOffMs)],
    ["from the kill of a holder in calm to the next", quantiles(crashHandOffMs)],
    ["checked", `${number(counts.events)} events in ${checkSeconds.toFixed(1)} s`],
  ];
}

function quantiles(times: Quantiles | undefined): string {
  if (times === undefined) return "none without a fault near it";
  const { count, p50, p99, max } = times;
  return `${number(count)}, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, at most ${max.toFixed(1)} ms`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
