import type { Probe, Sample } from "../scenario.ts";

/** Shortest warm-up: with less, the compiler is still at work in the first rounds. */
const WARM_UP_SECONDS_MIN = 0.1;

/** One strategy in an interleaved measurement. Its samples grow round by round. */
export interface Entrant {
  readonly strategyId: string;
  readonly probe: Probe;
  readonly samples: Sample[];
  /** Why it fell out, if it did. The others go on. */
  failure: string | undefined;
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Called before each slice. */
  readonly onSlice: (strategyId: string) => void;
  /** Called after each slice but those of the warm-up. */
  readonly onSample: (entrant: Entrant, sample: Sample) => void;
}

/**
 * Measures all entrants in turn, round after round. Each round begins with another one, so that none
 * always runs first, or always after the same one. Returns early once the signal aborts; a round that
 * was not finished is dropped for all, since its ratios would have no other half.
 */
export async function runRounds(
  entrants: readonly Entrant[],
  options: RoundsOptions,
): Promise<void> {
  const warmUpSeconds = Math.max(options.seconds, WARM_UP_SECONDS_MIN);
  await inTurn(entrants, options, ({ probe }) => probe.warmUp(warmUpSeconds, options.rounds));
  for (let round = 0; round < options.rounds && !options.signal.aborted; round += 1) {
    await inTurn(rotated(entrants, round), options, async (entrant) => {
      const sample = await entrant.probe.measure(options.seconds);
      entrant.samples.push(sample);
      options.onSample(entrant, sample);
    });
    if (!options.signal.aborted) continue;
    for (const { samples } of entrants) samples.length = Math.min(samples.length, round);
  }
}

/** Has every entrant do `step`, one after the other. One that fails takes part no longer. */
async function inTurn(
  entrants: readonly Entrant[],
  { signal, onSlice }: RoundsOptions,
  step: (entrant: Entrant) => Promise<void>,
): Promise<void> {
  for (const entrant of entrants) {
    if (signal.aborted) return;
    if (entrant.failure !== undefined) continue;
    onSlice(entrant.strategyId);
    try {
      await step(entrant);
    } catch (error) {
      if (signal.aborted) return;
      entrant.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const start = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
