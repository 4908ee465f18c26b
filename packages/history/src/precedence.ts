/** Something that took from `startNs` to `endNs` and has a place in an order that it must respect. */
export interface Ranked<Rank> {
  readonly startNs: number;
  readonly endNs: number;
  readonly rank: Rank;
}

/**
 * Pairs of which the first was over before the second began, and yet has the larger rank. For each second
 * the one with the largest rank before it; n log n.
 */
export function inversions<Rank, Item extends Ranked<Rank>>(
  items: readonly Item[],
): readonly (readonly [earlier: Item, later: Item])[] {
  const ends = [...items].sort((one, other) => one.endNs - other.endNs);
  const starts = [...items].sort((one, other) => one.startNs - other.startNs);
  const found: (readonly [Item, Item])[] = [];
  let largest: Item | undefined;
  let next = 0;
  for (const later of starts) {
    for (let ended = ends[next]; ended !== undefined && ended.endNs < later.startNs; ) {
      if (largest === undefined || ended.rank > largest.rank) largest = ended;
      next += 1;
      ended = ends[next];
    }
    if (largest !== undefined && largest.rank > later.rank) found.push([largest, later]);
  }
  return found;
}
