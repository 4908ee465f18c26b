/** Waits of one slice, in microseconds. */
export interface Waits {
  /** From asking to having it. */
  readonly ended: readonly number[];
  /** Without an end: the slice was over first. */
  readonly cutShort: readonly number[];
}

/** How long a share of the waits lasted at most. */
export interface WaitQuantile {
  readonly waitUs: number;
  /** Whether that is only the least that it can be, since too many waits that long were cut short. */
  readonly isOpen: boolean;
}

/** Rounding of the shares: 99 of 100 waits are 0.99 of them. */
const SHARE_ERROR = 1e-9;

/**
 * The quantile `share` of the waits, 0 to 1, by Kaplan and Meier's estimate (Nonparametric estimation
 * from incomplete observations, 1958): a wait that was cut short counts among those that lasted so long,
 * and not among those that ended then. Where nothing was cut short it is the plain quantile. Without any
 * wait it is 0.
 */
export function waitQuantile(waits: Waits, share: number): WaitQuantile {
  const step = stepsOf(waits).find(({ endedShare }) => endedShare >= share - SHARE_ERROR);
  if (step !== undefined) return { waitUs: step.waitUs, isOpen: false };
  const longestUs = Math.max(longestOf(waits.ended), longestOf(waits.cutShort));
  return { waitUs: longestUs, isOpen: waits.cutShort.length > 0 };
}

/** After each wait that ended, the estimated share of waits that are no longer than it. */
function stepsOf({ ended, cutShort }: Waits): readonly { waitUs: number; endedShare: number }[] {
  const all = [
    ...ended.map((waitUs) => ({ waitUs, hasEnded: true })),
    ...cutShort.map((waitUs) => ({ waitUs, hasEnded: false })),
  ].sort((a, b) => a.waitUs - b.waitUs || Number(b.hasEnded) - Number(a.hasEnded));
  let lasting = 1;
  return all.flatMap(({ waitUs, hasEnded }, index) => {
    if (!hasEnded) return [];
    lasting *= 1 - 1 / (all.length - index);
    return [{ waitUs, endedShare: 1 - lasting }];
  });
}

function longestOf(waitsUs: readonly number[]): number {
  return waitsUs.reduce((longest, waitUs) => Math.max(longest, waitUs), 0);
}
