/** How many items, from the first, have what all that have it share; by halving, so in log n. */
export function countWhile<Item>(items: readonly Item[], has: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (has(items[middle] as Item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
